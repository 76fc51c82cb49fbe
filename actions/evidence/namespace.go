package evidence

import (
	"strings"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
)

// InOtherPIDNamespace reports whether a record was written in another PID namespace of
// this boot. Its PIDs mean nothing here, and its processes may be out of sight.
func InOtherPIDNamespace(r fsm.Record) bool {
	here, err := proc.Boot()
	if err != nil || r.Supervisor.Boot == "" || r.Supervisor.Boot == here {
		return false
	}
	boot, _, _ := strings.Cut(here, "/")
	there, _, _ := strings.Cut(r.Supervisor.Boot, "/")
	return boot == there
}

// IsInnerProcess reports whether a process that is seen here is the recorded one although the
// record calls it otherwise: the record was written in a PID namespace below ours, in which
// the process has that number.
func IsInnerProcess(r fsm.Record, p, recorded fsm.Process) bool {
	return p.PID != 0 && InOtherPIDNamespace(r) &&
		p.StartTicks == recorded.StartTicks && proc.InnerPID(p.PID) == recorded.PID
}
