package actions

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
)

func TestTakeLocks(t *testing.T) {
	l := newLife(t)
	in := l.do(fsm.DoLock)
	stage.Is(t, "event", in.Event, fsm.LockAcquired)
	stage.Is(t, "fresh", in.Fresh, true)
	lock := l.World.tree.own
	stage.Touch(t, l.home.DB())
	in = l.do(fsm.DoLock)
	stage.Is(t, "again", in.Event, fsm.LockAcquired)
	stage.Is(t, "fresh", in.Fresh, false)
	stage.Is(t, "kept", l.World.tree.own, lock)
	l.record.Settings.DB = ""
	in = l.do(fsm.DoLock)
	stage.Is(t, "in memory", in.Event, fsm.LockAcquired)
	stage.Is(t, "fresh", in.Fresh, false)
	stage.Is(t, "database's lock", l.World.run.dbLock == nil, true)
	l.release()
	free, err := lockfile.Take(l.home.Lock())
	stage.Check(t, err)
	free.Close()
	stage.Is(t, "the lock file stays", stage.FileExists(l.home.Lock()), true)
}

// A lock that the first look finds free is not released before it is taken.
func TestTheFirstLookKeepsTheLock(t *testing.T) {
	l := newLife(t)
	stage.Is(t, "owner", l.World.Observe(l.record).Owner, fsm.OwnerNone)
	_, err := lockfile.Take(l.home.Lock())
	stage.Is(t, "held", errors.Is(err, lockfile.ErrHeld), true)
	stage.Is(t, "event", l.do(fsm.DoLock).Event, fsm.LockAcquired)
	l.do(fsm.DoRelease)
	lock, err := lockfile.Take(l.home.Lock())
	stage.Check(t, err)
	stage.Check(t, lock.Close())
}

func TestTakeLocksRefused(t *testing.T) {
	l := newLife(t)
	foreign := l.Start("actor", nil)
	foreign.Must("lock", l.home.Lock())
	in := l.do(fsm.DoLock)
	stage.Is(t, "event", in.Event, fsm.LockDenied)
	stage.Has(t, in.Detail, "temporal.lock", "pid "+strconv.Itoa(foreign.PID))
	foreign.Untouched()

	l = newLife(t)
	stage.Check(t, os.Remove(l.home.Lock()))
	stage.Check(t, os.Symlink("/etc/hostname", l.home.Lock()))
	in = l.do(fsm.DoLock)
	stage.Is(t, "event", in.Event, fsm.LockDenied)
	stage.Has(t, in.Detail, "symlink")
}

// A driver that is no longer the one takes nothing, not even for an instant.
func TestTakeLocksOfADeposedDriver(t *testing.T) {
	l := newLife(t)
	stage.Check(t, os.Remove(l.home.SupervisorLock()))
	other, err := lockfile.Take(l.home.SupervisorLock())
	stage.Check(t, err)
	defer other.Close()
	stage.Is(t, "event", l.do(fsm.DoLock).Event, fsm.LockLost)
	lock, err := lockfile.Take(l.home.Lock())
	stage.Check(t, err)
	lock.Close()
}

// Two homes with one database meet at its lock, by whichever name they know it.
func TestTakeDatabase(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	stage.Check(t, err)
	t.Chdir(dir)
	stage.Check(t, os.Mkdir("real", 0o700))
	stage.Touch(t, "real/db")
	stage.Check(t, os.Symlink("real", "folder"))
	stage.Check(t, os.Symlink("real/db", "file"))
	stage.Check(t, os.Symlink("file", "file2"))
	names := []string{
		dir + "/real/db", dir + "/real/../real/./db", dir + "/folder/db", dir + "/file", dir + "/file2", "real/db", "folder/db", "file",
	}
	a, b := newLife(t), newLife(t)
	for _, mine := range names {
		stage.Check(t, a.takeDatabase(mine, noWait))
		for _, its := range names {
			stage.Has(t, b.takeDatabase(its, noWait).Error(), "database "+its+" is in use by pid "+strconv.Itoa(os.Getpid()))
			stage.Is(t, its+": not ours", b.World.run.dbLock == nil, true)
		}
	}
	stage.Check(t, b.takeDatabase(dir+"/real/db2", noWait))
	// A name to nothing leads to the same lock before the file is there as after.
	stage.Check(t, os.Symlink("real/later", "early"))
	stage.Check(t, a.takeDatabase(dir+"/early", noWait))
	stage.Has(t, b.takeDatabase(dir+"/real/later", noWait).Error(), "is in use by")
	stage.Touch(t, "real/hard")
	stage.Check(t, os.Link("real/hard", "second"))
	stage.Has(t, b.takeDatabase(dir+"/real/hard", noWait).Error(), "hard link")
	stage.Check(t, a.takeDatabase("", noWait))
	stage.Check(t, b.takeDatabase(dir+"/file", noWait))
	stage.Has(t, b.takeDatabase(dir+"/no/folder/db", noWait).Error(), "database "+dir+"/no/folder/db has no folder", dir+"/no/folder is not there")
	stage.Check(t, os.Mkdir("real/odd.lock", 0o700))
	stage.Has(t, b.takeDatabase(dir+"/real/odd", noWait).Error(), "database: ", "real/odd.lock")
	stage.Is(t, "in the folder", strings.Join(stage.List(t, "real"), " "), "db db.lock db2.lock hard later.lock odd.lock")
}

// The lock's holder is named with its home where it is a Temporal of ours.
func TestTakeDatabaseOfAnotherHome(t *testing.T) {
	a, b := newLife(t), newLife(t)
	other := a.spawnOnly()
	b.record.Settings.DB = a.record.Settings.DB
	in := b.do(fsm.DoLock)
	stage.Is(t, "event", in.Event, fsm.LockDenied)
	stage.Has(t, in.Detail, "the Temporal of home "+string(a.home), "pid "+strconv.Itoa(other.PID))
	b.record.Settings.DB = b.home.DB()
	stage.Is(t, "with its own", b.do(fsm.DoLock).Event, fsm.LockAcquired)
}

func TestTakeLocksPortTaken(t *testing.T) {
	l := newLife(t)
	listener, err := net.Listen("tcp", launch.Address(l.record.Settings))
	stage.Check(t, err)
	defer listener.Close()
	in := l.do(fsm.DoLock)
	stage.Is(t, "event", in.Event, fsm.PortTaken)
	stage.Has(t, in.Detail, "--port", strconv.Itoa(os.Getpid()))
}
