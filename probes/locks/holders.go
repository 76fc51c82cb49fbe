package locks

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/proc"
)

// State is what can be said of a lock without taking it.
type State string

// The states of a lock.
const (
	Free    State = "free"
	Held    State = "held"
	Missing State = "missing" // there is no lock file
	Unknown State = "unknown" // a lock on such an inode number exists, on a file system that is not known
)

// Holders returns the processes that hold the flock on the file at path: those
// with an open file description that the lock belongs to. A process that has
// the file open without the lock, or waits for it, is not among them.
//
// An exclusive flock belongs to one description, and any other process that has it inherited it.
// So if one of the PIDs in first holds it, only the holders among first are returned and no
// other process is examined; else all processes are, unless the system says at once that the
// file is not locked.
//
// A missing path has no holder: nil, nil. Processes that may not be inspected are left out. A
// holder that forks and ends within the scan can escape it: ask again for as long as the lock is
// held. The caller is named as well if it holds the lock.
func Holders(path string, first ...int) ([]proc.Info, error) {
	file, err := files.IDAt(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if found := among(first, file); len(found) > 0 || knownUnlocked(path) {
		return found, nil
	}
	return HoldersOf(file)
}

// HoldersOf is Holders for a file that is known to be held, whatever leads to it: a
// lock that was refused, or a lock file that was deleted or replaced while it was held.
func HoldersOf(file files.ID, first ...int) ([]proc.Info, error) {
	if found := among(first, file); len(found) > 0 {
		return found, nil
	}
	pids, err := proc.PIDs()
	if err != nil {
		return nil, err
	}
	return among(pids, file), nil
}

func among(pids []int, file files.ID) []proc.Info {
	return proc.Describe(slices.DeleteFunc(slices.Clone(pids), func(pid int) bool { return !holds(pid, file) }))
}

// holds reports whether one of the process's descriptors is of this file and has its
// lock. What may not be read, or went away, does not.
func holds(pid int, file files.ID) (found bool) {
	_ = files.EachDescriptor(pid, func(f files.Descriptor) bool {
		found = f.ID == file && hasLock(pid, f)
		return !found
	})
	return found
}

// StateOf says whether the file at path is locked, without ever taking the lock:
// an instant of holding it would make another's LOCK_NB fail. The error is that
// of reading; the state is then Unknown.
//
// A lock of a process that may not be inspected is found in /proc/locks on
// Linux and by fcntl(2) on macOS. There is one exception: in a PID namespace
// /proc/locks leaves out a lock whose first taker has exited (fs/locks.c, locks_show),
// which reads as free. Only the flock call itself can find out then.
func StateOf(path string, first ...int) (State, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Missing, nil
	}
	if err != nil {
		return Unknown, err
	}
	found, err := Holders(path, first...)
	if err != nil {
		return Unknown, err
	}
	if len(found) > 0 {
		return Held, nil
	}
	return listed(path, info)
}
