package host

import (
	"errors"

	"golang.org/x/sys/unix"
)

// NoLimit stands for a limit that is not set.
const NoLimit = ^uint64(0)

// Limits are what the system lets a Temporal have that is started from here.
// NoLimit is none.
type Limits struct {
	// Files is the hard limit of open files, or what the system allows at most: Go programs
	// raise theirs to it.
	Files uint64
	// Processes is the limit of this user's processes, all together.
	Processes uint64
	// FileSize, in bytes, is the limit of a file's size.
	FileSize uint64
}

// ReadLimits reads this process's limits, which its children inherit
// (getrlimit(2)).
func ReadLimits() (Limits, error) { return readLimits(maxFilesPerProcess) }

// readLimits takes into account what the system allows a process in open files, if it says.
func readLimits(maxFilesPerProcess func() (uint64, error)) (Limits, error) {
	var l Limits
	for _, one := range []struct {
		which int
		hard  bool
		into  *uint64
	}{{unix.RLIMIT_NOFILE, true, &l.Files}, {unix.RLIMIT_NPROC, false, &l.Processes}, {unix.RLIMIT_FSIZE, false, &l.FileSize}} {
		var limit unix.Rlimit
		if err := unix.Getrlimit(one.which, &limit); err != nil {
			return l, err
		}
		*one.into = limit.Cur
		if one.hard {
			*one.into = limit.Max
		}
		if *one.into >= 1<<62 { // RLIM_INFINITY is 2^64-1 on Linux, 2^63-1 on macOS
			*one.into = NoLimit
		}
	}
	if most, err := maxFilesPerProcess(); err == nil {
		l.Files = min(l.Files, most)
	}
	return l, nil
}

// Disk is the file system that a path is on.
type Disk struct {
	// Kind is its name, as in "ext4".
	Kind string
	// Free is the space in bytes that this user can still have, Files how many more
	// files there can be: NoLimit where the file system does not count them.
	Free, Files uint64
}

// ReadDisk reads the file system of a path that exists.
func ReadDisk(path string) (Disk, error) {
	s, err := statfs(path)
	if err != nil {
		return Disk{}, err
	}
	d := Disk{Kind: fileSystemOf(path).kind, Free: s.Bavail * uint64(s.Bsize), Files: s.Ffree}
	if s.Files == 0 {
		d.Files = NoLimit
	}
	return d, nil
}

// Writable says why this user cannot write into a folder, nil if it can.
func Writable(folder string) error { return unix.Access(folder, unix.W_OK|unix.X_OK) }

// errNoFlock says that a file system grants a lock twice, or not at all.
var errNoFlock = errors.New("flock does not work on it")

// FlockWorks tries two locks on a file or folder that nothing else ever locks: the
// second must be refused. Nothing is written. What holds of a folder need not hold of
// files: the kernel keeps the locks of folders by itself where a file system in user
// space keeps those of its files.
func FlockWorks(path string) error {
	var taken [2]error
	for i := range taken {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		taken[i] = unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB)
	}
	switch {
	case errors.Is(taken[0], unix.EWOULDBLOCK): // another doctor is at it, so it works
		return nil
	case taken[0] != nil:
		return errors.Join(errNoFlock, taken[0])
	case !errors.Is(taken[1], unix.EWOULDBLOCK):
		return errNoFlock
	}
	return nil
}
