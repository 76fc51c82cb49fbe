package actions

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stigmer/local/fsm"
)

func TestTakeLocks(t *testing.T) {
	l := newLife(t)
	in := l.do(fsm.DoLock)
	is(t, "event", in.Event, fsm.LockAcquired)
	is(t, "fresh", in.Fresh, true)
	lock := l.World.tree.own
	touch(t, l.home.DB())
	in = l.do(fsm.DoLock)
	is(t, "again", in.Event, fsm.LockAcquired)
	is(t, "fresh", in.Fresh, false)
	is(t, "kept", l.World.tree.own, lock)
	l.record.Settings.DB = ""
	in = l.do(fsm.DoLock)
	is(t, "in memory", in.Event, fsm.LockAcquired)
	is(t, "fresh", in.Fresh, false)
	is(t, "database's lock", l.World.run.dbLock == nil, true)
	l.release()
	free, err := Acquire(l.home.Lock())
	check(t, err)
	free.Close()
	is(t, "the lock file stays", fileExists(l.home.Lock()), true)
}

// A lock that the first look finds free is not released before it is taken.
func TestTheFirstLookKeepsTheLock(t *testing.T) {
	l := newLife(t)
	is(t, "owner", l.World.Observe(l.record).Owner, fsm.OwnerNone)
	_, err := Acquire(l.home.Lock())
	is(t, "held", errors.Is(err, ErrHeld), true)
	is(t, "event", l.do(fsm.DoLock).Event, fsm.LockAcquired)
	l.do(fsm.DoRelease)
	lock, err := Acquire(l.home.Lock())
	check(t, err)
	check(t, lock.Close())
}

func TestTakeLocksRefused(t *testing.T) {
	l := newLife(t)
	stranger := l.start("actor", nil)
	stranger.must("lock", l.home.Lock())
	in := l.do(fsm.DoLock)
	is(t, "event", in.Event, fsm.LockDenied)
	has(t, in.Detail, "temporal.lock", "pid "+strconv.Itoa(stranger.PID))
	stranger.untouched()

	l = newLife(t)
	check(t, os.Remove(l.home.Lock()))
	check(t, os.Symlink("/etc/hostname", l.home.Lock()))
	in = l.do(fsm.DoLock)
	is(t, "event", in.Event, fsm.LockDenied)
	has(t, in.Detail, "symlink")
}

// A driver that is no longer the one takes nothing, not even for an instant.
func TestTakeLocksOfADeposedDriver(t *testing.T) {
	l := newLife(t)
	check(t, os.Remove(l.home.SupervisorLock()))
	other, err := Acquire(l.home.SupervisorLock())
	check(t, err)
	defer other.Close()
	is(t, "event", l.do(fsm.DoLock).Event, fsm.LockLost)
	lock, err := Acquire(l.home.Lock())
	check(t, err)
	lock.Close()
}

// A remnant is told as an orphan with the recorded leader: it is to be killed.
func TestTakeLocksFindsARemnant(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	leader.bear(l.stage, "setsid")
	leader.tell("exit", "0")
	leader.awaitEnd()
	check(t, onlyExit(l.World.run.child.Wait()))
	in := l.do(fsm.DoLock)
	is(t, "event", in.Event, fsm.OrphanFound)
	is(t, "leader", in.Process, l.record.Temporal)
}

// Two homes with one database meet at its lock, by whichever name they know it.
func TestTakeDatabase(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	check(t, err)
	t.Chdir(dir)
	check(t, os.Mkdir("real", 0o700))
	touch(t, "real/db")
	check(t, os.Symlink("real", "folder"))
	check(t, os.Symlink("real/db", "file"))
	check(t, os.Symlink("file", "file2"))
	names := []string{
		dir + "/real/db", dir + "/real/../real/./db", dir + "/folder/db", dir + "/file", dir + "/file2", "real/db", "folder/db", "file",
	}
	a, b := newLife(t), newLife(t)
	for _, mine := range names {
		check(t, a.takeDatabase(mine, noWait))
		for _, its := range names {
			has(t, b.takeDatabase(its, noWait).Error(), "database "+its+" is in use by pid "+strconv.Itoa(os.Getpid()))
			is(t, its+": not ours", b.World.run.dbLock == nil, true)
		}
	}
	check(t, b.takeDatabase(dir+"/real/db2", noWait))
	// A name to nothing leads to the same lock before the file is there as after.
	check(t, os.Symlink("real/later", "early"))
	check(t, a.takeDatabase(dir+"/early", noWait))
	has(t, b.takeDatabase(dir+"/real/later", noWait).Error(), "is in use by")
	touch(t, "real/hard")
	check(t, os.Link("real/hard", "second"))
	has(t, b.takeDatabase(dir+"/real/hard", noWait).Error(), "hard link")
	check(t, a.takeDatabase("", noWait))
	check(t, b.takeDatabase(dir+"/file", noWait))
	has(t, b.takeDatabase(dir+"/no/folder/db", noWait).Error(), "database "+dir+"/no/folder/db has no folder", dir+"/no/folder is not there")
	check(t, os.Mkdir("real/odd.lock", 0o700))
	has(t, b.takeDatabase(dir+"/real/odd", noWait).Error(), "database: ", "real/odd.lock")
	is(t, "in the folder", strings.Join(list(t, "real"), " "), "db db.lock db2.lock hard later.lock odd.lock")
}

// The lock's holder is told with its home where it is a Temporal of ours.
func TestTakeDatabaseOfAnotherHome(t *testing.T) {
	a, b := newLife(t), newLife(t)
	other := a.spawnOnly()
	b.record.Settings.DB = a.record.Settings.DB
	in := b.do(fsm.DoLock)
	is(t, "event", in.Event, fsm.LockDenied)
	has(t, in.Detail, "the Temporal of home "+string(a.home), "pid "+strconv.Itoa(other.PID))
	b.record.Settings.DB = b.home.DB()
	is(t, "with its own", b.do(fsm.DoLock).Event, fsm.LockAcquired)
}

func TestTakeLocksPortTaken(t *testing.T) {
	l := newLife(t)
	listener, err := net.Listen("tcp", Address(l.record.Settings))
	check(t, err)
	defer listener.Close()
	in := l.do(fsm.DoLock)
	is(t, "event", in.Event, fsm.PortTaken)
	has(t, in.Detail, "--port", strconv.Itoa(os.Getpid()))
}
