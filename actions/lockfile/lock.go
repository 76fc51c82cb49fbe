package lockfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/probes/locks"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// ErrHeld says that another process holds a lock.
var ErrHeld = errors.New("the lock is held")

// takeTries bounds how often a lock file may be replaced between its opening and its locking
// before that is believed to be malice.
const takeTries = 16

// Take takes the flock on the file at path without waiting and returns the descriptor that holds
// it: closing its last copy releases the lock. It makes the file, 0600, if there is none. The
// error wraps ErrHeld if another process holds it. A symlink, folder or FIFO at path is refused.
func Take(path string) (*os.File, error) { return take(path, unix.LOCK_EX|unix.LOCK_NB) }

// Wait is Take that waits in the kernel until the lock is free. The
// wait cannot be cancelled; it ends with the process.
func Wait(path string) (*os.File, error) { return take(path, unix.LOCK_EX) }

// TakeUntil is Take that tries again, every takePause, until ctx ends: then it
// returns ctx's cause.
func TakeUntil(ctx context.Context, path string) (*os.File, error) {
	for {
		file, err := Take(path)
		if !errors.Is(err, ErrHeld) {
			return file, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(takePause):
		}
	}
}

// takePause is short for a person, and long beside the 0.1 ms that a try takes.
const takePause = 20 * time.Millisecond

func take(path string, how int) (*os.File, error) {
	for range takeTries {
		file, err := open(path)
		if err != nil {
			return nil, err
		}
		if err := Flock(file, how); err != nil {
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if files.LeadsTo(path, file) {
			return file, nil
		}
		file.Close() // a lock on a file that no path leads to protects nothing
	}
	return nil, fmt.Errorf("lock %s: the file is replaced again and again", path)
}

// NotFileError says that something stands at a lock's path that cannot be a lock.
// It was neither followed nor changed.
type NotFileError struct {
	Path string
	// What says what it is: "a folder", "a symlink".
	What string
}

func (e NotFileError) Error() string { return fmt.Sprintf("%s is %s, not a lock file", e.Path, e.What) }

// Check returns a NotFileError if something stands at path that is no
// regular file. A missing file is fine. It opens nothing.
func Check(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return NotFileError{path, "a folder"}
	case mode&fs.ModeSymlink != 0:
		return NotFileError{path, "a symlink"}
	default:
		return NotFileError{path, "a special file"}
	}
}

// open opens a lock file close-on-exec. O_NONBLOCK keeps a FIFO from hanging
// the open; it means nothing to a regular file.
func open(path string) (*os.File, error) {
	if err := Check(path); err != nil {
		return nil, err
	}
	const flags = os.O_RDWR | os.O_CREATE | unix.O_CLOEXEC | unix.O_NOFOLLOW | unix.O_NONBLOCK
	file, err := os.OpenFile(path, flags, 0o600)
	if errors.Is(err, unix.EROFS) {
		// A flock needs no right to write: a stop works on a disk that became read-only.
		file, err = os.OpenFile(path, flags&^(os.O_RDWR|os.O_CREATE), 0)
	}
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = NotFileError{path, "a special file"}
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// Flock retries the call when a signal interrupts it (flock(2), EINTR).
func Flock(file *os.File, how int) error {
	for {
		err := unix.Flock(int(file.Fd()), how)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EWOULDBLOCK):
			return ErrHeld
		}
		return err
	}
}

// Reopen opens a second description of a lock file that a process holds, and does not lock it.
// The path may be a magic link to a file without a name.
func Reopen(path string) (*os.File, files.ID, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, files.ID{}, fmt.Errorf("open lock: %w", err)
	}
	id, err := files.FileIDOfOpen(file)
	if err != nil {
		file.Close()
		return nil, id, err
	}
	return file, id, nil
}

// TryFlock returns why flock does not keep a second process away from a home's files, nil if it
// does. It tries on a file that it makes and removes.
func TryFlock(home statefile.Home) error {
	file, err := os.CreateTemp(string(home), ".locks-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	return host.FlockWorks(file.Name())
}

// TakeSoon is Take that waits a moment for a lock whose holders are all exiting, after it has
// called onWait.
func TakeSoon(path string, onWait func()) (lock *os.File, err error) {
	procs.WhileDying(onWait, func(last bool) bool {
		lock, err = Take(path)
		if !errors.Is(err, ErrHeld) || last {
			return true
		}
		holders, _ := Holders(path)
		return slices.ContainsFunc(holders, func(h proc.Info) bool { return procs.Alive(h.Process.PID) })
	})
	return lock, err
}

// Holders are the holders of a lock that was refused.
func Holders(path string) ([]proc.Info, error) {
	file, err := files.IDAt(path)
	if err != nil {
		return nil, err
	}
	return locks.HoldersOf(file)
}
