package actions

import (
	"strings"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

// HiddenHolder describes who holds a lock and is not seen, where the record names
// processes of another PID namespace.
const HiddenHolder = "a process that cannot be seen from here: the record names processes of another PID namespace (a container)"

// InOtherPIDNamespace reports whether a record was written in another PID namespace of
// this boot. Its PIDs mean nothing here, and its processes may be out of sight.
func InOtherPIDNamespace(r fsm.Record) bool {
	here, err := probes.Boot()
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
		p.StartTicks == recorded.StartTicks && probes.InnerPID(p.PID) == recorded.PID
}

// hiddenFor is how long supervisor.lock must be held by nobody whom this
// namespace sees. One of our own may be missed for an instant, as it dies.
const hiddenFor = time.Second

// nameHiddenHolder names the holder of supervisor.lock that a command would wait for in
// vain, once it was out of sight for long enough. Until then unseen does not return for a
// Healthy record: its Temporal may serve in another container, out of this process's reach.
func (d *Client) nameHiddenHolder(s *fsm.CommandInput) {
	for s.Driver.PID == 0 && s.Holder == "" && InOtherPIDNamespace(s.Record) {
		if d.follower.unseenSince.IsZero() {
			d.follower.unseenSince = time.Now()
		}
		switch {
		case time.Since(d.follower.unseenSince) >= hiddenFor:
			s.Holder = HiddenHolder
			return
		case s.Record.State != fsm.Healthy:
			return
		}
		time.Sleep(longestPause)
		s.Driver, s.Holder = d.driverOf(s.Record)
	}
	d.follower.unseenSince = time.Time{}
}
