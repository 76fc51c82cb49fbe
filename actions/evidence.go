package actions

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// evidenceTries bounds how often a lock is looked at again that was refused and
// then had no holder: somebody had it for an instant.
const evidenceTries = 50

// Observe says who has a home's temporal.lock. Only whoever holds
// supervisor.lock may call it: it takes the lock for an instant to be sure.
func Observe(home statefile.Home, r fsm.Record) fsm.Evidence {
	for range evidenceTries {
		lock, err := Acquire(home.Lock())
		if err == nil {
			lock.Close()
			return fsm.Evidence{Hold: fsm.HoldFree}
		}
		if !errors.Is(err, ErrHeld) {
			return fsm.Evidence{Hold: fsm.HoldForeign, Holder: err.Error()}
		}
		holders, err := probes.Holders(home.Lock(), r.Temporal.PID)
		if err == nil && len(holders) > 0 {
			return Classify(home, r, holders)
		}
	}
	return fsm.Evidence{Hold: fsm.HoldForeign, Holder: "a process that may not be looked into (of another user?)"}
}

// Look is Observe without ever taking the lock, for who only looks.
func Look(home statefile.Home, r fsm.Record) (fsm.Evidence, probes.LockState) {
	holders, err := probes.Holders(home.Lock(), r.Temporal.PID)
	if err == nil && len(holders) > 0 {
		return Classify(home, r, holders), probes.LockHeld
	}
	state, err := probes.Locked(home.Lock())
	switch {
	case err != nil || state == probes.LockUnknown:
		return fsm.Evidence{Hold: fsm.HoldForeign, Holder: "a process that cannot be seen"}, probes.LockUnknown
	case state == probes.LockHeld:
		return fsm.Evidence{Hold: fsm.HoldForeign, Holder: "a process that may not be looked into"}, state
	}
	return fsm.Evidence{Hold: fsm.HoldFree}, state
}

// Classify says whether the holders of temporal.lock are ours. An exclusive
// flock has one open file description, so one proven holder proves them all:
// the others can only have inherited it. Proof is to be the recorded process
// (PID, start time, boot), or to carry this home in the environment that only
// our spawn sets, or to be in the recorded Temporal's group and younger than it.
func Classify(home statefile.Home, r fsm.Record, holders []probes.Holder) fsm.Evidence {
	for _, h := range holders {
		if h.Process.Same(r.Temporal) {
			return fsm.Evidence{Hold: fsm.HoldOurs, Leader: keepVersion(h.Process, r.Temporal)}
		}
	}
	if i := slices.IndexFunc(holders, func(h probes.Holder) bool { return leads(home, h) }); i >= 0 {
		return fsm.Evidence{Hold: fsm.HoldOurs, Leader: holders[i].Process}
	}
	for _, h := range holders {
		if h.Instance == string(home) || inGroup(h.Process, r.Temporal) {
			return fsm.Evidence{Hold: fsm.HoldRemnant, Leader: r.Temporal}
		}
	}
	return fsm.Evidence{Hold: fsm.HoldForeign, Holder: Describe(holders[0])}
}

func keepVersion(p, recorded fsm.Process) fsm.Process {
	p.Version = recorded.Version
	return p
}

// leads reports whether a holder is a Temporal of this home that the record does not know.
func leads(home statefile.Home, h probes.Holder) bool {
	return h.Instance == string(home) && h.Process.PID == h.Process.PGID &&
		slices.Contains(probes.Args(h.Process.PID), "start-dev")
}

// inGroup reports whether p is in the group that leader led. The number of a
// group is not given out again while the group has members.
func inGroup(p, leader fsm.Process) bool {
	return leader.PGID > 1 && p.PGID == leader.PGID && p.Boot == leader.Boot && p.StartTicks >= leader.StartTicks
}

// Describe names a holder for people.
func Describe(h probes.Holder) string {
	command := h.Command
	if command == "" {
		command = "its command cannot be read"
	}
	return fmt.Sprintf("pid %d (%s)", h.Process.PID, command)
}

// Driver says who holds a home's supervisor.lock: the process that is proven to
// be a driver of ours, or else a description of a stranger. Both are empty while
// that cannot be told, as between the taking of the lock and the first record.
func Driver(home statefile.Home, r fsm.Record) (driver fsm.Process, stranger string) {
	holders, err := probes.Holders(home.SupervisorLock(), r.Supervisor.PID)
	if err != nil {
		return fsm.Process{}, ""
	}
	for _, h := range holders {
		if h.Process.Same(r.Supervisor) {
			return h.Process, ""
		}
	}
	for _, h := range holders {
		if supervises(h) {
			return h.Process, ""
		}
	}
	for _, h := range holders {
		if h.Process.Exe != "" && !ownProgram(h.Process.Exe) {
			return fsm.Process{}, Describe(h)
		}
	}
	return fsm.Process{}, ""
}

// SuperviseVerb is the hidden command that a supervisor process runs.
const SuperviseVerb = "supervise"

// supervises reports whether a holder of supervisor.lock is a supervisor: our
// program, with the hidden command that is started with that lock and never by hand.
func supervises(h probes.Holder) bool {
	return ownProgram(h.Process.Exe) && slices.Contains(probes.Args(h.Process.PID), SuperviseVerb)
}

func ownProgram(exe string) bool {
	own, err := os.Executable()
	if err != nil {
		return false
	}
	if a, err := os.Stat(exe); err == nil {
		if b, err := os.Stat(own); err == nil && os.SameFile(a, b) {
			return true
		}
	}
	return base(exe) == base(own)
}
