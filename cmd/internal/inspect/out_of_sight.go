package inspect

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
)

// inside is evidence.InOtherPIDNamespace for the record that was seen.
func (s *Snapshot) inside(p, recorded fsm.Process) bool {
	return evidence.IsInnerProcess(s.Document.Record, p, recorded)
}

// pidInContainer is a process's name where it was started.
func pidInContainer(pid int) string {
	return fmt.Sprintf("pid %d in its own PID namespace, a container", pid)
}

// PIDOf is Temporal's PID as the record has it, for people.
func PIDOf(r fsm.Record) string {
	if evidence.InOtherPIDNamespace(r) {
		return pidInContainer(r.Temporal.PID)
	}
	if r.Temporal.PID == 0 {
		return "about to be spawned"
	}
	return fmt.Sprintf("pid %d", r.Temporal.PID)
}

// DescribeDatabase names the database, or says that there is none.
func DescribeDatabase(db string) string { return cmp.Or(db, "in memory (--ephemeral)") }

// VersionPhrase is the versions of a Temporal as the end of a phrase, empty if none is known:
// ", version 1.8.2, server 1.31.2".
func VersionPhrase(p fsm.Program) string {
	return cli.Behind(", version ", p.Version) + cli.Behind(", server ", p.ServerVersion)
}

// Why is the cause of a state without the state's own name before it.
func Why(state fsm.State, cause string) string {
	return strings.TrimPrefix(cause, strings.ToLower(string(state))+": ")
}
