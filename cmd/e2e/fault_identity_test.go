package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
)

// foreign starts a process that has nothing to do with any home and leads a group of its own.
// Any signal but SIGCONT would end or stop it.
func (h *siege) foreign() fsm.Process {
	h.t.Helper()
	p, _ := h.startForeign("straggler")
	return p
}

// startForeign starts a foreign program that makes the file which it is given last once it
// is ready, and returns it with the end of it.
func (h *siege) startForeign(program string, args ...string) (fsm.Process, func()) {
	h.t.Helper()
	ready := filepath.Join(h.t.TempDir(), "ready")
	c := exec.Command(program, append(args, ready)...)
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	check(h.t, c.Start())
	end := func() { c.Process.Kill(); c.Wait() }
	h.t.Cleanup(end)
	if !poll(awaitDefault, func() bool { _, err := os.Stat(ready); return err == nil }) {
		h.t.Fatalf("%s is not ready: %q", program, args)
	}
	p, err := proc.Identify(c.Process.Pid)
	check(h.t, err)
	return p, end
}

// unharmed checks that a foreign process runs on.
func (h *siege) unharmed(p fsm.Process, who string) {
	h.t.Helper()
	now, err := proc.Identify(p.PID)
	if err != nil || !now.Same(p) || proc.Suspended(p.PID) {
		h.t.Fatalf("%s: the foreign process (pid %d) was signalled: %v", who, p.PID, err)
	}
}

// poison makes an identity that is to be distrusted of a true one, which is the
// zero Process where nothing runs.
type poison struct {
	name string
	make func(truth, foreign fsm.Process) fsm.Process
}

func poisons() []poison {
	pid := func(pid int) func(fsm.Process, fsm.Process) fsm.Process {
		return func(truth, _ fsm.Process) fsm.Process { truth.PID, truth.PGID = pid, pid; return truth }
	}
	return []poison{
		{"pid 0", pid(0)}, {"pid 1", pid(1)}, {"pid -1", pid(-1)},
		{"pid beyond range", pid(1 << 40)}, {"largest pid", pid(1<<62 - 1)},
		{"ours", func(_, _ fsm.Process) fsm.Process {
			p, _ := proc.Identify(os.Getpid())
			return p
		}},
		{"our group", func(truth, _ fsm.Process) fsm.Process { truth.PGID = syscall.Getpgrp(); return truth }},
		{"a foreign process", func(_, foreign fsm.Process) fsm.Process { return foreign }},
		{"a foreign pid", func(truth, foreign fsm.Process) fsm.Process {
			truth.PID, truth.PGID = foreign.PID, foreign.PGID
			return truth
		}},
		{"a foreign group", func(truth, foreign fsm.Process) fsm.Process { truth.PGID = foreign.PGID; return truth }},
		{"a foreign process started later", func(_, foreign fsm.Process) fsm.Process { foreign.StartTicks -= 100; return foreign }},
		{"a thread", func(_, foreign fsm.Process) fsm.Process { foreign.PID = threadOf(foreign.PID); return foreign }},
		{"another boot", func(truth, foreign fsm.Process) fsm.Process {
			if truth.PID == 0 {
				truth = foreign
			}
			truth.Boot = strings.Repeat("0", 8) + truth.Boot[8:]
			return truth
		}},
		{"another PID namespace", func(truth, foreign fsm.Process) fsm.Process {
			if truth.PID == 0 {
				truth = foreign
			}
			truth.Boot += "9"
			return truth
		}},
		{"no start time", func(truth, foreign fsm.Process) fsm.Process {
			if truth.PID == 0 {
				truth = foreign
			}
			truth.StartTicks = 0
			return truth
		}},
		{"no process", func(_, _ fsm.Process) fsm.Process { return fsm.Process{} }},
	}
}

// situations are what can be so when a file turns out to be bad.
var situations = []string{"stopped", "supervised", "orphan"}

// bring brings the home into a situation and returns Temporal's PID, 0 for none.
func (h *siege) bring(situation string) int {
	h.t.Helper()
	h.must([]string{"start"}, 0)
	list := h.temporals() // the record may be one of the last round's lies
	if len(list) != 1 {
		h.t.Fatalf("Temporals: %v", list)
	}
	switch situation {
	case "stopped":
		h.must(stopSoon, 0)
		return 0
	case "orphan":
		for _, pid := range h.supervisors() {
			h.kill9(pid)
		}
	}
	return list[0]
}

// TestPoisonedRecords lets the record name Temporal, its supervisor, or both wrongly. No foreign
// process is signalled, what is ours is found, and the next command does what it says. Each lie
// is written in a situation that is drawn, with STIGMER_SOAK in each.
func TestPoisonedRecords(t *testing.T) {
	besiege(t, func(h *siege) {
		foreign := h.foreign()
		for _, p := range rows(h, poisons()) {
			for _, situation := range drawn(h, 1, situations) {
				for _, who := range drawn(h, 1, []string{"temporal", "supervisor", "both"}) {
					verb := h.anyVerb()
					name := fmt.Sprintf("%s as %s while %s, then %s", p.name, who, situation, verb)
					h.t.Log(name)
					temporal := h.bring(situation)
					h.lie(p, who, foreign)
					h.converges(verb)
					h.unharmed(foreign, name)
					if temporal != 0 && (verb == "start" || verb == "state") {
						h.stillNames(temporal, name)
					}
				}
			}
		}
		h.converges("stop")
		h.unharmed(foreign, "at the end")
	})
}

// stillNames waits until the record names the Temporal that ran before, which is
// to be soon: a supervisor writes what is not its own anew with its next probe.
func (h *siege) stillNames(temporal int, who string) {
	h.t.Helper()
	named := func() bool { return lookup(decode(h.place.record()), ".temporal.pid") == fmt.Sprint(temporal) }
	if list := h.temporals(); len(list) != 1 || list[0] != temporal {
		h.t.Fatalf("%s: %v run, not %d", who, list, temporal)
	}
	if !poll(awaitDefault, named) {
		h.t.Errorf("%s: the record names pid %s, not %d", who, lookup(decode(h.place.record()), ".temporal.pid"), temporal)
	}
}

// lie rewrites the record with a false identity, as if that were Healthy.
func (h *siege) lie(p poison, who string, foreign fsm.Process) {
	h.t.Helper()
	path := filepath.Join(h.home, "temporal.state.json")
	text, err := os.ReadFile(path)
	check(h.t, err)
	var record map[string]json.RawMessage
	check(h.t, json.Unmarshal(text, &record))
	for _, name := range []string{"temporal", "supervisor"} {
		if who != name && who != "both" {
			continue
		}
		var truth fsm.Process
		check(h.t, json.Unmarshal(record[name], &truth))
		record[name], err = json.Marshal(p.make(truth, foreign))
		check(h.t, err)
	}
	record["state"], record["desired"] = json.RawMessage(`"Healthy"`), json.RawMessage(`"running"`)
	text, err = json.Marshal(record)
	check(h.t, err)
	h.put(path, text)
}

// put replaces a file as a whole, as every writer of ours does.
func (h *siege) put(path string, text []byte) {
	h.t.Helper()
	draft := filepath.Join(h.dir, "draft")
	check(h.t, os.WriteFile(draft, text, 0o600))
	check(h.t, os.Rename(draft, path))
}

// plant is something that is put where a file of ours belongs.
type plant struct {
	name string
	put  func(path string) error
}

// TestHostilePIDFiles: nothing decides by temporal.pid, and nothing that stands
// in its place is followed or waited for.
func TestHostilePIDFiles(t *testing.T) {
	besiege(t, func(h *siege) {
		foreign := h.foreign()
		path, precious := filepath.Join(h.home, "temporal.pid"), filepath.Join(h.dir, "precious")
		check(h.t, os.WriteFile(precious, []byte("mine"), 0o600))
		text := func(text string) func(string) error {
			return func(path string) error { h.put(path, []byte(text)); return nil }
		}
		plants := []plant{
			{"empty", text("")}, {"NULs", text(strings.Repeat("\x00", 64))},
			{"0", text("0\n")}, {"1", text("1\n")}, {"-1", text("-1\n")},
			{"ours", text(fmt.Sprintln(os.Getpid()))}, {"beyond range", text("99999999999999999999\n")},
			{"foreign", text(fmt.Sprintf("%d\ntemporal\n2025-01-01T00:00:00Z\n", foreign.PID))},
			{"group", text(fmt.Sprintf("-%d\n", foreign.PGID))}, {"thread", text(fmt.Sprintln(threadOf(foreign.PID)))},
			{"large", text(strings.Repeat("1", 8<<20))},
			{"symlink", func(path string) error { return os.Symlink(precious, path) }},
			{"pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }},
			{"folder", func(path string) error { return os.Mkdir(path, 0o700) }},
		}
		for _, p := range rows(h, plants) {
			situation := drawn(h, 1, situations)[0]
			verb := h.anyVerb()
			h.t.Logf("%s while %s, then %s", p.name, situation, verb)
			h.bring(situation)
			check(h.t, os.RemoveAll(path))
			check(h.t, p.put(path))
			h.must([]string{"state", "--explain"}, map[string]int{"stopped": 3, "supervised": 0, "orphan": 8}[situation])
			h.converges(verb)
			h.unharmed(foreign, p.name)
			if kept, err := os.ReadFile(precious); err != nil || string(kept) != "mine" {
				h.t.Fatalf("%s: the target of the symlink has %q, %v", p.name, kept, err)
			}
		}
		h.converges("stop")
	})
}
