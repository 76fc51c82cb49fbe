package host

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestFlockWorks(t *testing.T) {
	folder := t.TempDir()
	check(t, FlockWorks(folder))
	fd, err := unix.Open(folder, unix.O_RDONLY, 0)
	check(t, err)
	defer unix.Close(fd)
	check(t, unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB)) // nothing of it is left
	check(t, FlockWorks(folder))                        // another descriptor tries as well
	if err := FlockWorks(folder + "/none"); err == nil {
		t.Error("it works where there is nothing")
	}
}

func TestDiskAndLimits(t *testing.T) {
	d, err := ReadDisk(t.TempDir())
	check(t, err)
	if d.Kind == "" || d.Free == 0 || d.Files == 0 {
		t.Errorf("%+v", d)
	}
	l, err := ReadLimits()
	check(t, err)
	if l.Files < 16 || l.Processes == 0 || l.FileSize == 0 {
		t.Errorf("%+v", l)
	}
}

// On macOS the hard limit is none, and the system has one of its own.
func TestLimitOfTheSystem(t *testing.T) {
	own, err := ReadLimits()
	check(t, err)
	for _, c := range []struct {
		system uint64
		err    error
		want   uint64
	}{{17, nil, 17}, {NoLimit, nil, own.Files}, {0, unix.ENOENT, own.Files}} {
		l, err := readLimits(func() (uint64, error) { return c.system, c.err })
		check(t, err)
		if l.Files != c.want {
			t.Errorf("the system allows %d (%v): %d files, want %d", c.system, c.err, l.Files, c.want)
		}
	}
}
