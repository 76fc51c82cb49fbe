package actions

import (
	"strings"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

// Unseen describes who holds a lock and is not seen, where the record names
// processes of another PID namespace.
const Unseen = "a process that cannot be seen from here: the record names processes of another PID namespace (a container)"

// Elsewhere reports whether a record was written in another PID namespace of
// this boot. Its PIDs mean nothing here, and its processes may be out of sight.
func Elsewhere(r fsm.Record) bool {
	here, err := probes.Boot()
	if err != nil || r.Supervisor.Boot == "" || r.Supervisor.Boot == here {
		return false
	}
	boot, _, _ := strings.Cut(here, "/")
	there, _, _ := strings.Cut(r.Supervisor.Boot, "/")
	return boot == there
}

// Inside reports whether a process that is seen here is the recorded one although the
// record calls it otherwise: the record was written in a PID namespace below ours, in which
// the process has that number.
func Inside(r fsm.Record, p, recorded fsm.Process) bool {
	return p.PID != 0 && Elsewhere(r) &&
		p.StartTicks == recorded.StartTicks && probes.InnerPID(p.PID) == recorded.PID
}

// unseenFor is how long supervisor.lock must be held by nobody whom this
// namespace sees. One of our own may be missed for an instant, as it dies.
const unseenFor = time.Second

// unseen names the holder of supervisor.lock that a command would wait for in
// vain, once it was out of sight for long enough. Until then unseen does not return for a
// Healthy record: its Temporal may serve in another container, out of this process's reach.
func (d *Desk) unseen(s *fsm.CommandInput) {
	for s.Driver.PID == 0 && s.Holder == "" && Elsewhere(s.Record) {
		if d.follower.unseenSince.IsZero() {
			d.follower.unseenSince = time.Now()
		}
		switch {
		case time.Since(d.follower.unseenSince) >= unseenFor:
			s.Holder = Unseen
			return
		case s.Record.State != fsm.Healthy:
			return
		}
		time.Sleep(longestPause)
		s.Driver, s.Holder = d.driverOf(s.Record)
	}
	d.follower.unseenSince = time.Time{}
}
