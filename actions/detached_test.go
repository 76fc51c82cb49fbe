package actions

import (
	"os"
	"strconv"
	"testing"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

// A lock whose file was deleted or replaced under our Temporal is found by the
// recorded process's own descriptor, so that no second Temporal is started.
func TestEvidenceOfADetachedLock(t *testing.T) {
	for name, detach := range map[string]func(path string){
		"moved":    func(path string) { check(t, os.Rename(path, path+".old")) },
		"deleted":  func(path string) { check(t, os.Remove(path)) },
		"replaced": func(path string) { check(t, os.Remove(path)); touch(t, path) },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLife(t)
			leader := l.spawnOnly()
			detach(l.home.Lock())
			e, _ := Look(l.home, l.record)
			is(t, "looked", e.Owner, fsm.OwnerOurs)
			is(t, "observed", Observe(l.home, l.record).Leader.PID, leader.PID)
			// One that would not look still cannot have the database.
			in := l.do(fsm.DoLock)
			is(t, "lock", in.Event, fsm.LockDenied)
			has(t, in.Detail, "database", "pid "+strconv.Itoa(leader.PID))
		})
	}
}

// A holder of the deleted file is adopted by that very file.
func TestAdoptADetachedLock(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	child := l.World.run.child
	l.abandon()
	held := idAt(t, l.home.Lock())
	check(t, os.Remove(l.home.Lock()))
	l.World = newWorld(t, l.home)
	_, detached := probes.InheritedLockPath(l.record.Temporal, l.home.Lock())
	is(t, "detached", detached, true)
	is(t, "lock file", lockFile(l.home, l.record).FileID, held)
	l.do(fsm.DoAdopt)
	l.do(fsm.DoWatch)
	l.nothingYet()
	leader.must("trap")
	l.do(fsm.DoKill)
	l.ends(ofAdopted("SIGKILL"))
	check(t, onlyExit(child.Wait()))
}

// The tree of a deleted lock file ends with its last holder, as that of any other: one
// that has left the group lives on after the leader.
func TestTheTreeOfADeletedLockEndsWithItsLastHolder(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	escaped := leader.bear(l.stage, "setsid")
	child := l.World.run.child
	l.abandon()
	check(t, os.Remove(l.home.Lock()))
	l.World = newWorld(t, l.home)
	l.do(fsm.DoAdopt)
	l.do(fsm.DoWatch)
	for range 3 { // the driver has looked for the holders by then, and waits
		_, err := probes.HoldersOf(l.World.tree.file)
		check(t, err)
	}
	leader.tell("exit", "0")
	in := within(t, "the exit", later(l.World.Next))
	is(t, "the first news", in.Event, fsm.Exited)
	check(t, onlyExit(child.Wait()))
	l.nothingYet()
	escaped.tell("exit", "0")
	in = within(t, "the end", later(l.World.Next))
	is(t, "the second news", in.Event, fsm.Gone)
}

// A holder that closes the file and lives on is none any more: no event reports that, and
// the tree has ended all the same.
func TestAHolderThatClosesTheLockIsNotAwaited(t *testing.T) {
	l := newLife(t)
	lock, err := Acquire(l.home.Lock())
	check(t, err)
	held := idAt(t, l.home.Lock())
	holder := l.start("actor", nil, lock)
	check(t, lock.Close())
	check(t, os.Remove(l.home.Lock()))
	ended := later(func() error { return awaitUnlocked(nil, held) })
	for range 3 { // it has found the holder by then, and waits
		_, err := probes.HoldersOf(held)
		check(t, err)
	}
	holder.must("drop")
	check(t, within(t, "the end of the lock", ended))
	holder.untouched()
}
