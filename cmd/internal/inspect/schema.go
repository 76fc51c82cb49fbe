package inspect

import (
	"time"

	"github.com/stigmer/local/fsm"
)

// StateSchema is the version of StateReport. It grows when a field changes its
// meaning or goes away; a new field is no reason.
const StateSchema = 1

// StateReport is what state -o json prints. docs/state.schema.json describes it.
//
// The jsonschema tags are the descriptions there. A pointer is what may be null.
type StateReport struct {
	Schema int `json:"schema" jsonschema:"version of this format; it grows when a field changes its meaning or goes away"`
	StateNow
	Addresses

	Temporal   *TemporalReport   `json:"temporal" jsonschema:"the Temporal that runs; null if none does"`
	Supervisor *SupervisorReport `json:"supervisor" jsonschema:"the process that drives; null if none does"`
	Restarts   RestartsReport    `json:"restarts" jsonschema:"restarts since the last start"`
	Failure    *FailureReport    `json:"failure" jsonschema:"why it does not run although it was wanted, or why the last one ended; null if nothing failed"`
	Settings   fsm.Settings      `json:"settings" jsonschema:"how Temporal is run; all zero if it was never started"`
	Setup      *SetupReport      `json:"setup" jsonschema:"what is wanted in the database besides what Temporal makes by itself, and what is there; null if nothing is"`
	// Environment has names alone: a value may be a secret.
	Environment *EnvironmentReport `json:"environment" jsonschema:"what Temporal gets of the environment in which it was asked for; null if it is not recorded"`
	Paths       PathsReport        `json:"paths" jsonschema:"where the files are"`
	Evidence    []Evidence         `json:"evidence" jsonschema:"what was looked at just now and held against the record"`
	Next        []fsm.Move         `json:"next" jsonschema:"what each command and event would do next"`
	History     []HistoryReport    `json:"history" jsonschema:"how it came here: the latest transitions, the oldest first"`

	// skewNote says in words that the supervisor is of another version, empty for no.
	skewNote string
	// lostLog says where Temporal writes its log if not to the file at its path, else it is
	// empty.
	lostLog string
}

// Addresses are where clients reach Temporal.
type Addresses struct {
	Address    string `json:"address" jsonschema:"host:port of the gRPC frontend; empty if it was never started"`
	UIURL      string `json:"ui_url" jsonschema:"address of the web UI; empty with --headless and if it was never started"`
	HTTPURL    string `json:"http_url" jsonschema:"address of the HTTP API; empty if it is not known"`
	MetricsURL string `json:"metrics_url" jsonschema:"where Prometheus scrapes Temporal; empty if it is not known"`
}

// StateNow is the state with its reason, and what helps.
type StateNow struct {
	// State is the state as it is now; the record's may differ, see Evidence.
	State fsm.State `json:"state" jsonschema:"the state as it is now; the record's may differ: see evidence"`
	// Certain is false where the exit status is 4.
	Certain bool        `json:"certain" jsonschema:"whether the state is known; if not, state is what the little that was seen would make it, and reason says what could not be seen"`
	Since   *time.Time  `json:"since" jsonschema:"when the record's state was entered; null if it was never started"`
	Desired fsm.Desired `json:"desired" jsonschema:"what the last command asked for"`
	Reason  string      `json:"reason" jsonschema:"one sentence of why"`
	Try     string      `json:"try,omitempty" jsonschema:"the one thing that helps a Temporal that runs and lacks something; missing where there is none"`
}

// TemporalReport is a Temporal process.
type TemporalReport struct {
	PID       int       `json:"pid" jsonschema:"process id; it leads its group and its session"`
	PGID      int       `json:"pgid" jsonschema:"process group id"`
	StartedAt time.Time `json:"started_at" jsonschema:"when the process was started"`
	Exe       string    `json:"exe" jsonschema:"program that the process runs; empty if it may not be read"`
	Version   string    `json:"version" jsonschema:"version of the Temporal CLI; empty if it is not known"`
	// ServerVersion is what the CLI brings with it.
	ServerVersion string `json:"server_version" jsonschema:"version of the Temporal server; empty if it is not known"`
}

// SupervisorReport is a supervisor process.
type SupervisorReport struct {
	PID       int       `json:"pid" jsonschema:"process id"`
	StartedAt time.Time `json:"started_at" jsonschema:"when the process was started"`
	Version   string    `json:"version" jsonschema:"version of stigmer that supervises; empty if it is not known"`
	Skew      string    `json:"skew" jsonschema:"how that version differs from this command's: empty for not at all, older, newer, or unordered where it is not known which is newer"`
}

// RestartsReport counts restarts since the last start.
type RestartsReport struct {
	Total    int `json:"total" jsonschema:"all restarts since the last start"`
	InWindow int `json:"in_window" jsonschema:"restarts that count against the limit"`
	Limit    int `json:"limit" jsonschema:"restarts within the window before it gives up"`
}

// FailureReport is a failure.
type FailureReport struct {
	Code     fsm.Code `json:"code" jsonschema:"the cause in one word, for programs: see Code in fsm/code.go; newer versions may have more of them"`
	Reason   string   `json:"reason" jsonschema:"one sentence of why"`
	ExitCode *int     `json:"exit_code" jsonschema:"exit status; null if it is not known or a signal ended it"`
	Signal   string   `json:"signal" jsonschema:"name of the signal that ended it; empty if none did"`
	LogTail  []string `json:"log_tail" jsonschema:"Temporal's last lines"`
	Try      string   `json:"try" jsonschema:"what to do about it; empty while it is not given up"`
}

// EnvironmentReport is what a Temporal gets of an environment.
type EnvironmentReport struct {
	PassedOn []string `json:"passed_on" jsonschema:"names of the variables that Temporal gets"`
	Withheld []string `json:"withheld" jsonschema:"what would have shaped Temporal and is kept away: names of variables, and a preset of the Temporal CLI"`
}

// PathsReport names the files.
type PathsReport struct {
	Home          string `json:"home" jsonschema:"folder of this instance"`
	Lock          string `json:"lock" jsonschema:"lock that Temporal and all that it started keep while they live"`
	State         string `json:"state" jsonschema:"record of the state machine"`
	PID           string `json:"pid" jsonschema:"file for people and old scripts; nothing decides by it"`
	Log           string `json:"log" jsonschema:"what Temporal writes"`
	SupervisorLog string `json:"supervisor_log" jsonschema:"what the supervisor writes"`
	DB            string `json:"db" jsonschema:"database file; empty with --ephemeral and if it was never started"`
	Backup        string `json:"backup,omitempty" jsonschema:"copy of the database from before another version of Temporal opened it; not there for none"`
}

// Evidence is one thing that was examined.
type Evidence struct {
	Name   string `json:"name" jsonschema:"what was looked at"`
	OK     bool   `json:"ok" jsonschema:"it is as the record has it and as it should be"`
	Detail string `json:"detail" jsonschema:"what was found"`
}

// HistoryReport is one transition.
type HistoryReport struct {
	At    time.Time `json:"at" jsonschema:"when"`
	From  fsm.State `json:"from" jsonschema:"state that was left"`
	Event fsm.Event `json:"event" jsonschema:"what happened"`
	To    fsm.State `json:"to" jsonschema:"state that was entered"`
	Cause string    `json:"cause" jsonschema:"one sentence of why, or which command asked"`
}
