package evidence

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/program"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/locks"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// Tries bounds how often a lock is tried again that was refused and then had no holder: another
// process held it for an instant.
const Tries = 50

// Observe classifies the owner of a home's temporal.lock. Only the holder of supervisor.lock may
// call it: it takes the lock for an instant to be sure.
func Observe(home statefile.Home, r fsm.Record) fsm.Evidence {
	evidence, lock := ObserveLocked(home, r)
	lock.Close() // of none it does nothing
	return evidence
}

// ObserveLocked is Observe that keeps the lock. It is nil if the lock has an owner, if a tree
// lives on without it, and if its file cannot be made.
func ObserveLocked(home statefile.Home, r fsm.Record) (fsm.Evidence, *os.File) {
	e, lock := observeOwner(home, r)
	e.Untied = Untied(r)
	return e, lock
}

// Untied reports whether the command has ended that a record ties Temporal to.
func Untied(r fsm.Record) bool { return r.TiedTo.PID != 0 && !proc.Alive(r.TiedTo) } //mutation:tie-observed

func observeOwner(home statefile.Home, r fsm.Record) (fsm.Evidence, *os.File) {
	for range Tries {
		lock, err := lockfile.Take(home.Lock())
		if err == nil {
			e := detachedOrFree(home, r)
			if e.Owner != fsm.OwnerNone {
				lock.Close()
				lock = nil
			}
			return e, lock
		}
		if _, missing := os.Lstat(home.Lock()); errors.Is(missing, fs.ErrNotExist) {
			return detachedOrFree(home, r), nil // a full disk: a file that cannot even be made has no holder
		}
		if !errors.Is(err, lockfile.ErrHeld) {
			return fsm.Evidence{Owner: fsm.OwnerForeign, Holder: "a process that is not known, as the lock could not be tried: " + err.Error()}, nil
		}
		holders, err := TreeHolders(home, r, r.Temporal.PID)
		if err != nil || len(holders) == 0 {
			continue
		}
		if e := Classify(home, r, holders); e.Owner != fsm.OwnerNone {
			return e, nil
		}
	}
	if InOtherPIDNamespace(r) {
		return fsm.Evidence{Owner: fsm.OwnerForeign, Holder: HiddenHolder}, nil
	}
	return fsm.Evidence{Owner: fsm.OwnerForeign, Holder: "a process that may not be looked into (of another user?)"}, nil
}

// Look is Observe without ever taking the lock, for commands that only read.
func Look(home statefile.Home, r fsm.Record) (fsm.Evidence, locks.State) {
	e, state := lookAtOwner(home, r)
	e.Untied = Untied(r)
	return e, state
}

func lookAtOwner(home statefile.Home, r fsm.Record) (fsm.Evidence, locks.State) {
	holders, err := holdersSeen(home, r)
	if err == nil && len(holders) > 0 {
		return Classify(home, r, holders), locks.Held
	}
	state, err := locks.StateOf(home.Lock())
	switch {
	case err != nil || state == locks.Unknown:
		return fsm.Evidence{Owner: fsm.OwnerForeign, Holder: "a process that cannot be seen"}, locks.Unknown
	case state == locks.Held:
		return fsm.Evidence{Owner: fsm.OwnerForeign, Holder: "a process that may not be looked into"}, state
	}
	if r.Generation == 0 {
		r.Temporal = findUnrecordedServer(home)
	}
	return detachedOrFree(home, r), state
}

// holdersSeen are the holders of the lock file that the recorded Temporal has, or none if
// that is free.
func holdersSeen(home statefile.Home, r fsm.Record) ([]proc.Info, error) {
	if file, ok := locks.Inherited(r.Temporal, home.Lock()); ok {
		return locks.HoldersOf(file.ID, r.Temporal.PID)
	}
	return locks.Holders(home.Lock(), r.Temporal.PID)
}

// detachedOrFree is for a lock without a holder. That proves a free home only if the file was
// not deleted or replaced under a Temporal that still holds the old one, and if no process of
// its group lives on without the lock.
func detachedOrFree(home statefile.Home, r fsm.Record) fsm.Evidence {
	if file, ok := locks.Inherited(r.Temporal, home.Lock()); ok {
		holders, err := locks.HoldersOf(file.ID, r.Temporal.PID)
		if err == nil && len(holders) > 0 {
			return Classify(home, r, holders)
		}
	}
	if len(Survivors(home, r.Temporal)) > 0 {
		return fsm.Evidence{Owner: fsm.OwnerLeftover, Leader: r.Temporal}
	}
	return fsm.Evidence{Owner: fsm.OwnerNone}
}

// findUnrecordedServer finds the Temporal of a home whose record and lock file were both
// deleted. It is called where there is no record, so before a home's first start it finds none.
func findUnrecordedServer(home statefile.Home) fsm.Process {
	return locks.LeaderOfDeleted(string(home), home.Lock())
}

// HasServerWithoutHome reports whether the Temporal of a home runs that was deleted as a whole.
func HasServerWithoutHome(home statefile.Home) bool { return findUnrecordedServer(home).PID != 0 }

// LockFile is the lock file that the recorded Temporal holds: usually the home's, else
// the one that was deleted or moved under it. It is the zero LockFile if there is none.
func LockFile(home statefile.Home, r fsm.Record) locks.File {
	if file, ok := locks.Inherited(r.Temporal, home.Lock()); ok {
		return file
	}
	id, err := files.IDAt(home.Lock())
	if err != nil {
		return locks.File{}
	}
	return locks.File{ID: id, Path: home.Lock()}
}

// TreeHolders are the holders of the lock file that LockFile names, which is known to be
// held: those among first if there are any.
func TreeHolders(home statefile.Home, r fsm.Record, first ...int) ([]proc.Info, error) {
	file := LockFile(home, r)
	if file == (locks.File{}) {
		return nil, nil
	}
	return locks.HoldersOf(file.ID, first...)
}

// Classify says whether the holders of temporal.lock are ours. An exclusive
// flock has one open file description, so one proven holder proves them all:
// the others can only have inherited it. Proof is to be the recorded process
// (PID, start time, boot), or to carry this home in the environment that only
// our spawn sets, to be in the recorded Temporal's group and younger than it, or to have
// been forked by it.
func Classify(home statefile.Home, r fsm.Record, holders []proc.Info) fsm.Evidence {
	for _, h := range holders {
		if h.Process.Same(r.Temporal) { //mutation:holder-same
			return fsm.Evidence{Owner: fsm.OwnerOurs, Leader: keepProgram(h.Process, r.Temporal)}
		}
	}
	if i := slices.IndexFunc(holders, func(h proc.Info) bool { return leads(home, h) }); i >= 0 {
		return fsm.Evidence{Owner: fsm.OwnerOurs, Leader: withProgram(home, holders[i].Process)}
	}
	for _, h := range holders {
		if h.Instance == string(home) || InGroup(h.Process, r.Temporal) || proc.IsChild(r.Temporal, h.Process.PID) { //mutation:leftover-proven
			return fsm.Evidence{Owner: fsm.OwnerLeftover, Leader: r.Temporal}
		}
	}
	for _, h := range holders {
		if h.Process.Same(r.Supervisor) || ownCommand(h) {
			return fsm.Evidence{Owner: fsm.OwnerNone} // a driver has it between two Temporals
		}
	}
	return fsm.Evidence{Owner: fsm.OwnerForeign, Holder: Describe(holders[0])}
}

func keepProgram(p, recorded fsm.Process) fsm.Process {
	p.Program = recorded.Program
	return p
}

// withProgram fills in what is known of the file that a process was started from. Without its version,
// no other Temporal would be let at the database once this one has ended.
func withProgram(home statefile.Home, p fsm.Process) fsm.Process {
	p.Program = program.Remembered(home, p.Exe)
	return p
}

// leads reports whether a holder is a Temporal of this home that the record does not know.
func leads(home statefile.Home, h proc.Info) bool {
	return h.Instance == string(home) && h.Process.PID == h.Process.PGID &&
		slices.Contains(strings.Fields(h.Command), "start-dev")
}

// InGroup reports whether p is in the group that leader led. The kernel reuses the number of a
// group only when it has no member left. So a process that leads a group of that number and is
// not the leader is a foreign process with a reused PID, and so is its group.
func InGroup(p, leader fsm.Process) bool {
	if p.PID == leader.PGID && !p.Same(leader) {
		return false
	}
	return leader.PGID > 1 && p.PGID == leader.PGID && p.Boot == leader.Boot && p.StartTicks >= leader.StartTicks
}
