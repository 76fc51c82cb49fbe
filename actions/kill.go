package actions

import (
	"errors"
	"fmt"
	"slices"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/locks"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// signalGroup signals the group of a Temporal if a member of it is proven to hold the
// lock file held, or to have outlived its leader. SIGTERM is followed by SIGCONT: a
// stopped process would not see it otherwise. It reports whether the group was signalled.
func signalGroup(home statefile.Home, held files.ID, leader fsm.Process, sig unix.Signal) (bool, error) {
	if !evidence.IsGroup(leader.PGID) {
		return false, nil
	}
	member, err := provenMember(held, leader)
	if err != nil || !member && len(evidence.GroupSurvivors(home, leader)) == 0 { //mutation:group-proven
		return false, err
	}
	if err := killGroup(leader.PGID, sig); err != nil {
		return false, err
	}
	if sig == unix.SIGTERM {
		return true, killGroup(leader.PGID, unix.SIGCONT)
	}
	return true, nil
}

// killGroup takes ESRCH for gone, and EPERM as well: macOS answers it for a
// group that holds only zombies (kill(2) there).
func killGroup(pgid int, sig unix.Signal) error {
	err := unix.Kill(-pgid, sig)
	if err == nil || errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EPERM) {
		return nil
	}
	return fmt.Errorf("signal group %d: %w", pgid, err)
}

// provenMember examines the leader first, and every process only if the leader
// is gone or does not hold the lock.
func provenMember(held files.ID, leader fsm.Process) (bool, error) {
	holders, err := locks.HoldersOf(held, leader.PID)
	if err != nil {
		return false, err
	}
	for _, h := range holders {
		if h.Process.PGID == leader.PGID && (h.Process.Same(leader) || evidence.InGroup(h.Process, leader)) {
			return true, nil
		}
	}
	return false, nil
}

// holdersToEnd lists the holders of temporal.lock, if they are proven to be ours: one that
// is proves them all, since an exclusive lock has one description. One that was proven
// earlier, beside a holder that has gone since, is ours for good, whatever it shows of
// itself. If this driver is among them the lock has come over, and none is left.
func holdersToEnd(home statefile.Home, held files.ID, r fsm.Record, earlier []fsm.Process) ([]proc.Info, error) {
	holders, err := locks.HoldersOf(held)
	if err != nil || len(holders) == 0 || slices.ContainsFunc(holders, isSelf) {
		return nil, err
	}
	e := evidence.Classify(home, r, holders)
	if e.Owner != fsm.OwnerForeign {
		return holders, nil
	}
	known := func(h proc.Info) bool { return slices.ContainsFunc(earlier, h.Process.Same) }
	if slices.ContainsFunc(holders, known) {
		return holders, nil
	}
	return nil, foreignHolderError{e.Holder}
}

// signalEscaped signals the holders outside the group, one by one. It returns how many
// there were.
func signalEscaped(holders []proc.Info, leader fsm.Process, sig unix.Signal) (escaped int, failed error) {
	for _, h := range holders {
		if h.Process.PGID == leader.PGID {
			continue
		}
		escaped++
		if err := procs.Signal(h.Process, sig); err != nil {
			failed = fmt.Errorf("signal %s: %w", evidence.Describe(h), err)
		}
		if sig == unix.SIGTERM {
			_ = procs.Signal(h.Process, unix.SIGCONT)
		}
	}
	return escaped, failed
}

// foreignHolderError says that a foreign process holds the lock. It is never signalled.
type foreignHolderError struct{ holder string }

func (e foreignHolderError) Error() string {
	return "temporal.lock is held by " + e.holder + ", which is not ours"
}

func isSelf(h proc.Info) bool { return h.Process.PID == unix.Getpid() }
