package cmd

import (
	"time"

	"github.com/stigmer/local/fsm"
)

// StateSchema is the version of StateReport. It grows when a field changes its
// meaning or goes away; a new field is no reason.
const StateSchema = 1

// StateReport is what state -o json prints. docs/state.schema.json describes it.
type StateReport struct {
	Schema int `json:"schema" jsonschema:"description=version of this schema"`
	// State is the state as it is now; the record's may differ, see Evidence.
	State   fsm.State   `json:"state" jsonschema:"enum=Stopped,enum=Locking,enum=Starting,enum=Healthy,enum=Degraded,enum=Restarting,enum=Stopping,description=the state as it is now"`
	Since   *time.Time  `json:"since" jsonschema:"description=when the record's state was entered; null if it was never started"`
	Desired fsm.Desired `json:"desired" jsonschema:"enum=running,enum=stopped,description=what the last command asked for"`
	Reason  string      `json:"reason" jsonschema:"description=one sentence of why"`
	Address string      `json:"address" jsonschema:"description=host:port of the gRPC frontend"`
	UIURL   string      `json:"ui_url" jsonschema:"description=address of the web UI; empty with --headless"`

	Temporal   *TemporalReport   `json:"temporal" jsonschema:"description=the Temporal that runs; null if none does"`
	Supervisor *SupervisorReport `json:"supervisor" jsonschema:"description=the process that drives; null if none does"`
	Restarts   RestartsReport    `json:"restarts"`
	Failure    *FailureReport    `json:"failure" jsonschema:"description=why it does not run although it was wanted or why the last one ended; null if nothing failed"`
	Settings   fsm.Settings      `json:"settings"`
	Paths      PathsReport       `json:"paths"`
	Evidence   []Evidence        `json:"evidence" jsonschema:"description=what was looked at just now and held against the record"`
	Next       []fsm.Move        `json:"next" jsonschema:"description=what each command and event would do next"`
	History    []HistoryReport   `json:"history" jsonschema:"description=how it came here; oldest first"`
}

// TemporalReport is a Temporal process.
type TemporalReport struct {
	PID       int       `json:"pid"`
	PGID      int       `json:"pgid"`
	StartedAt time.Time `json:"started_at"`
	Exe       string    `json:"exe"`
	Version   string    `json:"version" jsonschema:"description=of the Temporal CLI; empty if it is not known"`
}

// SupervisorReport is a supervisor process.
type SupervisorReport struct {
	PID       int       `json:"pid"`
	StartedAt time.Time `json:"started_at"`
	Version   string    `json:"version"`
}

// RestartsReport counts restarts since the last start.
type RestartsReport struct {
	Total    int `json:"total"`
	InWindow int `json:"in_window" jsonschema:"description=restarts that count against the limit"`
	Limit    int `json:"limit"`
}

// FailureReport is a failure.
type FailureReport struct {
	Reason   string   `json:"reason"`
	ExitCode *int     `json:"exit_code" jsonschema:"description=null if it is not known or was not an exit"`
	Signal   string   `json:"signal" jsonschema:"description=name of the signal that ended it; empty if none did"`
	LogTail  []string `json:"log_tail" jsonschema:"description=Temporal's last lines"`
}

// PathsReport names the files.
type PathsReport struct {
	Home          string `json:"home"`
	Lock          string `json:"lock"`
	State         string `json:"state"`
	PID           string `json:"pid"`
	Log           string `json:"log"`
	SupervisorLog string `json:"supervisor_log"`
	DB            string `json:"db" jsonschema:"description=empty with --ephemeral"`
}

// Evidence is one thing that was looked at.
type Evidence struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok" jsonschema:"description=it is as the record has it and as it should be"`
	Detail string `json:"detail"`
}

// HistoryReport is one transition.
type HistoryReport struct {
	At    time.Time `json:"at"`
	From  fsm.State `json:"from"`
	Event fsm.Event `json:"event"`
	To    fsm.State `json:"to"`
	Cause string    `json:"cause"`
}
