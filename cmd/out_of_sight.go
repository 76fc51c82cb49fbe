package cmd

import (
	"fmt"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
)

// outOfSight puts into words that who holds a lock is out of sight: then it cannot be
// said that it is none of ours.
func outOfSight(p *Problem, o fsm.Outcome) {
	if o.Holder != actions.Unseen {
		return
	}
	p.Means = "that may well be ours, but from here it can be neither proven nor ended; nothing was changed"
	p.Try = "the same command where Temporal was started, or another home: STIGMER_HOME=DIR"
}

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
