package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func (p *place) database() string { return filepath.Join(p.home, "temporal-data", "temporal.db") }

// lockedForAll takes the lock that SQLite takes for an exclusive transaction
// (sqlite.org/lockingv3.html; os.h: PENDING_BYTE and the 511 bytes behind it).
// Closing the file gives it back.
func (p *place) lockedForAll() *os.File {
	p.t.Helper()
	file, err := os.OpenFile(p.database(), os.O_RDWR, 0)
	check(p.t, err)
	p.t.Cleanup(func() { file.Close() })
	lock := unix.Flock_t{Type: unix.F_WRLCK, Start: 0x40000000, Len: 512}
	var locked error
	if !poll(awaitDefault, func() bool { locked = unix.FcntlFlock(file.Fd(), unix.F_SETLK, &lock); return locked == nil }) {
		p.t.Fatal(locked)
	}
	return file
}

// TestFaultDatabaseLocked: another program has the database for itself. That is reported, not
// made worse by a restart, and over when the program is done.
func TestFaultDatabaseLocked(t *testing.T) {
	t.Parallel()
	p := realPlace(t)
	p.local("start", "--probe-period", "500ms", "--liveness-deadline", "2s")
	pid := p.pid("temporal")
	other := p.lockedForAll()
	p.await("Degraded")
	p.exits(8, []string{"state", "--explain"}, "Degraded", "namespace default does not answer", "SERVING")
	since := p.ask(".since")
	p.await("Degraded", ".since="+since) // several probes on, it is the same
	p.exits(1, []string{"start", "--timeout", "3s"}, "namespace default does not answer")
	p.await("Degraded", ".since="+since, fmt.Sprintf(".temporal.pid=%d", pid))
	check(t, other.Close())
	p.await("Healthy", fmt.Sprintf(".temporal.pid=%d", pid))
	c, end := p.connect("default")
	c.greetsAtLast("after all")
	end()
	p.stop()
}

// TestFaultDatabaseLockedFromTheStart: the same while Temporal comes up. The file is not set
// aside.
func TestFaultDatabaseLockedFromTheStart(t *testing.T) {
	t.Parallel()
	p := realPlace(t)
	p.local("start")
	p.works("default")
	p.stop()
	before, err := os.Stat(p.database())
	check(t, err)
	other := p.lockedForAll()
	p.exits(1, []string{"start", "--timeout", "10s", "--start-deadline", "3s"}, "locked")
	check(t, other.Close())
	p.local("start")
	after, err := os.Stat(p.database())
	check(t, err)
	if !os.SameFile(before, after) {
		t.Error("the database is another file")
	}
	p.works("default")
	p.stop()
}

// TestFaultDatabaseGone: the file is moved away under Temporal, or replaced by an empty one,
// while it is watched (behind a wrapper, too), before its first probe, or without a supervisor.
// What Temporal writes from then on has no name any more: that is reported, also by the start
// that adopts it, no restart makes it worse, and it is over when the file is back.
func TestFaultDatabaseGone(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"while it is watched", "behind a wrapper", "before the first probe", "without a supervisor"} {
		for _, replaced := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, replaced=%t", when, replaced), func(t *testing.T) {
				t.Parallel()
				p := realPlace(t)
				period := "300ms"
				switch when {
				case "before the first probe":
					period = "2s"
				case "behind a wrapper":
					p.wrap(`setsid "$T" "$@"; exit $?`)
				}
				p.local("start", "--probe-period", period, "--liveness-deadline", "2s")
				pid := p.pid("temporal")
				p.takesAway(when, replaced)
				p.await("Degraded")
				p.exits(8, []string{"state", "--explain"}, "!!", p.database())
				check(t, os.Rename(p.database()+".kept", p.database()))
				p.await("Healthy", fmt.Sprintf(".temporal.pid=%d", pid))
				p.stop()
				p.local("start")
				p.works("default")
				p.stop()
			})
		}
	}
}

// takesAway moves the database away at a certain time.
func (p *place) takesAway(when string, replaced bool) {
	p.t.Helper()
	if when == "without a supervisor" {
		p.kill9(p.pid("supervisor"))
	}
	if when == "while it is watched" || when == "behind a wrapper" {
		healthy := p.ask(".generation")
		other := p.lockedForAll() // a probe fails, so that there was one
		p.await("Degraded", ".generation!="+healthy)
		check(p.t, other.Close())
		p.await("Healthy")
	}
	check(p.t, os.Rename(p.database(), p.database()+".kept"))
	if replaced {
		check(p.t, os.WriteFile(p.database(), nil, 0o600))
	}
	if when == "without a supervisor" {
		p.exits(1, []string{"start"}, "Degraded", "Temporal runs (pid ", p.database())
		if past := p.record(); strings.Count(past, `"to": "Healthy"`) != 1 {
			p.t.Errorf("Healthy is said of what has no database:\n%s", past)
		}
	}
}
