package actions

import (
	"os"
	"strconv"
	"testing"

	"github.com/stigmer/local/fsm"
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
			is(t, "looked", e.Hold, fsm.HoldOurs)
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
	child := l.child
	l.abandon()
	held := idAt(t, l.home.Lock())
	check(t, os.Remove(l.home.Lock()))
	l.World = newWorld(t, l.home)
	file, detached := lockFile(l.home, l.record)
	is(t, "detached", detached, true)
	is(t, "lock file", file.FileID, held)
	l.do(fsm.DoAdopt)
	l.do(fsm.DoWatch)
	l.nothingYet()
	leader.must("trap")
	l.do(fsm.DoKill)
	l.ends(ofAdopted("SIGKILL"))
	check(t, onlyExit(child.Wait()))
}
