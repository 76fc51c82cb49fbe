package cmd

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
)

// inside is actions.Inside for the record that was seen.
func (s *seen) inside(p, recorded fsm.Process) bool {
	return actions.Inside(s.document.Record, p, recorded)
}

// within tells what a process is called where it was started.
func within(pid int) string {
	return fmt.Sprintf("pid %d in its own PID namespace, a container", pid)
}

// pidOf is Temporal's PID as the record has it, for people.
func pidOf(r fsm.Record) string {
	if actions.Elsewhere(r) {
		return within(r.Temporal.PID)
	}
	if r.Temporal.PID == 0 {
		return "about to be spawned"
	}
	return fmt.Sprintf("pid %d", r.Temporal.PID)
}

func dataWords(db string) string { return cmp.Or(db, "in memory (--ephemeral)") }

func version(p fsm.Process) string {
	if p.Version == "" {
		return ""
	}
	return ", version " + p.Version
}

// why is the cause of a state without the state's own name before it.
func why(state fsm.State, cause string) string {
	return strings.TrimPrefix(cause, strings.ToLower(string(state))+": ")
}
