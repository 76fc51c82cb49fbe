package actions

import (
	"os"
	"strconv"
	"testing"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/locks"
)

// A lock whose file was deleted or replaced under our Temporal is found by the
// recorded process's own descriptor, so that no second Temporal is started.
func TestEvidenceOfADetachedLock(t *testing.T) {
	for name, detach := range map[string]func(path string){
		"moved":    func(path string) { stage.Check(t, os.Rename(path, path+".old")) },
		"deleted":  func(path string) { stage.Check(t, os.Remove(path)) },
		"replaced": func(path string) { stage.Check(t, os.Remove(path)); stage.Touch(t, path) },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLife(t)
			leader := l.spawnOnly()
			detach(l.home.Lock())
			e, _ := evidence.Look(l.home, l.record)
			stage.Is(t, "looked", e.Owner, fsm.OwnerOurs)
			stage.Is(t, "observed", evidence.Observe(l.home, l.record).Leader.PID, leader.PID)
			// One that would not look still cannot have the database.
			in := l.do(fsm.DoLock)
			stage.Is(t, "lock", in.Event, fsm.LockDenied)
			stage.Has(t, in.Detail, "database", "pid "+strconv.Itoa(leader.PID))
		})
	}
}

// A holder of the deleted file is adopted by that very file.
func TestAdoptADetachedLock(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	child := l.World.run.child
	l.abandon()
	held := stage.IDAt(t, l.home.Lock())
	stage.Check(t, os.Remove(l.home.Lock()))
	l.World = newWorld(t, l.home)
	_, detached := locks.Inherited(l.record.Temporal, l.home.Lock())
	stage.Is(t, "detached", detached, true)
	stage.Is(t, "lock file", evidence.LockFile(l.home, l.record).ID, held)
	l.do(fsm.DoAdopt)
	l.do(fsm.DoWatch)
	l.nothingYet()
	leader.Must("trap")
	l.do(fsm.DoKill)
	l.ends(ofAdopted("SIGKILL"))
	stage.Check(t, onlyExit(child.Wait()))
}

// The tree of a deleted lock file ends with its last holder, as that of any other: one
// that has left the group lives on after the leader.
func TestTheTreeOfADeletedLockEndsWithItsLastHolder(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	escaped := leader.Spawn(l.Stage, "setsid")
	child := l.World.run.child
	l.abandon()
	stage.Check(t, os.Remove(l.home.Lock()))
	l.World = newWorld(t, l.home)
	l.do(fsm.DoAdopt)
	l.do(fsm.DoWatch)
	for range 3 { // the driver has looked for the holders by then, and waits
		_, err := locks.HoldersOf(l.World.tree.file)
		stage.Check(t, err)
	}
	leader.Send("exit", "0")
	in := stage.Within(t, "the exit", stage.Later(l.World.Next))
	stage.Is(t, "the first news", in.Event, fsm.Exited)
	stage.Check(t, onlyExit(child.Wait()))
	l.nothingYet()
	escaped.Send("exit", "0")
	in = stage.Within(t, "the end", stage.Later(l.World.Next))
	stage.Is(t, "the second news", in.Event, fsm.Gone)
}

// A holder that closes the file and lives on is none any more: no event reports that, and
// the tree has ended all the same.
func TestAHolderThatClosesTheLockIsNotAwaited(t *testing.T) {
	l := newLife(t)
	lock, err := lockfile.Take(l.home.Lock())
	stage.Check(t, err)
	held := stage.IDAt(t, l.home.Lock())
	holder := l.Start("actor", nil, lock)
	stage.Check(t, lock.Close())
	stage.Check(t, os.Remove(l.home.Lock()))
	ended := stage.Later(func() error { return awaitUnlocked(nil, held) })
	for range 3 { // it has found the holder by then, and waits
		_, err := locks.HoldersOf(held)
		stage.Check(t, err)
	}
	holder.Must("drop")
	stage.Check(t, stage.Within(t, "the end of the lock", ended))
	holder.Untouched()
}
