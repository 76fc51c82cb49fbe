package actions

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// nobodys puts a file where no process is seen to have it, as is so with what a
// dying one has not given back yet: on its way through a socket. It is closed there
// after a while.
func nobodys(t *testing.T, file *os.File, after time.Duration) {
	t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	stage.Check(t, err)
	stage.Check(t, unix.Sendmsg(pair[0], []byte("."), unix.UnixRights(int(file.Fd())), nil, 0))
	stage.Check(t, file.Close())
	closed := make(chan struct{})
	time.AfterFunc(after, func() {
		unix.Close(pair[0])
		unix.Close(pair[1])
		close(closed)
	})
	t.Cleanup(func() { <-closed })
}

// What only exiting processes hold is free in a moment: a start right after a kill is no reason
// to refuse the database, or the ports.
func TestWhatADyingProcessHas(t *testing.T) {
	db := filepath.Join(t.TempDir(), "db")
	lock, err := lockfile.Take(db + ".lock")
	stage.Check(t, err)
	nobodys(t, lock, 600*time.Millisecond)
	stage.Check(t, newLife(t).takeDatabase(db, noWait))

	port := stage.QuietPorts(t, 1)[0]
	nobodys(t, listening(t, port), 600*time.Millisecond)
	stage.Check(t, checkPort(Need{"port", "127.0.0.1", port}, nil, noWait))
}

// noWait is for what is not to be waited for, or where no command reads the record meanwhile.
func noWait() {}

// Locking is on disk where it lasts, and only there: a command that reads the record while a
// driver waits for the lock sees it, with what led there.
func TestAWaitForTheLockIsRecorded(t *testing.T) {
	l := newLife(t)
	step := fsm.Transition{At: 5, From: fsm.Stopped, Event: fsm.Start, To: fsm.Locking, Cause: "a test"}
	l.record.State, l.record.Generation = fsm.Locking, 7
	locking := func() fsm.Input {
		l.Perform(fsm.Effect{Do: fsm.DoNote, Record: l.record, Transition: step})
		return l.do(fsm.DoLock)
	}
	stage.Is(t, "event", locking().Event, fsm.LockAcquired)
	_, err := statefile.File{Home: l.home}.Load()
	stage.Is(t, "no record yet", errors.Is(err, fs.ErrNotExist), true)

	waited := func(what string) {
		stage.Is(t, what, locking().Event, fsm.LockAcquired)
		d, err := statefile.File{Home: l.home}.Load()
		stage.Check(t, err)
		stage.Is(t, what+": state", d.State, fsm.Locking)
		stage.Is(t, what+": generation", d.Generation, 7)
		stage.Is(t, what+": history", d.History[len(d.History)-1], step)
		l.release()
		stage.Check(t, os.Remove(l.home.State()))
	}
	l.release()
	lock, err := lockfile.Take(l.home.DB() + ".lock")
	stage.Check(t, err)
	nobodys(t, lock, 600*time.Millisecond)
	waited("the database's lock")

	nobodys(t, listening(t, l.record.Settings.Port), 600*time.Millisecond)
	waited("a port")
}

// listening is a socket that listens on a port.
func listening(t *testing.T, port int) *os.File {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	stage.Check(t, err)
	socket, err := listener.(*net.TCPListener).File()
	stage.Check(t, err)
	stage.Check(t, listener.Close())
	return socket
}

// What stays so is refused all the same.
func TestWhatNobodySeenKeeps(t *testing.T) {
	db := filepath.Join(t.TempDir(), "db")
	lock, err := lockfile.Take(db + ".lock")
	stage.Check(t, err)
	nobodys(t, lock, 4*procs.DyingPatience)
	stage.Has(t, newLife(t).takeDatabase(db, noWait).Error(), "in use by another program")
}
