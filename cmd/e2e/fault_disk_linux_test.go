package e2e_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// onDisk gives the place a home on a small file system of its own, for which
// one must be root and may mount.
func (p *place) onDisk(name, options string) {
	p.t.Helper()
	p.onMount(name, 0, options)
}

// onMount is onDisk with flags of mount(2).
func (p *place) onMount(name string, flags uintptr, options string) {
	p.t.Helper()
	if os.Geteuid() != 0 {
		p.t.Skip("to mount a small disk one must be root")
	}
	dir := filepath.Join(p.dir, name)
	check(p.t, os.Mkdir(dir, 0o700))
	if err := unix.Mount("none", dir, "tmpfs", flags, "mode=0700,"+options); err != nil {
		p.t.Skip("to mount a small disk is not allowed: ", err)
	}
	p.t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	p.move(filepath.Join(dir, "home"))
}

// awaitQuiet returns when Temporal has written nothing for a second: what it cannot write
// while it begins its work, it needs for history to answer.
func (p *place) awaitQuiet() {
	p.t.Helper()
	if !poll(awaitDefault, func() bool {
		info, err := os.Stat(p.database())
		return err == nil && time.Since(info.ModTime()) > time.Second
	}) {
		p.t.Error("the database is written to all the time")
	}
}

// fill writes until the home's disk has no room left, also in the last page.
func (p *place) fill() (empty func()) {
	p.t.Helper()
	path := filepath.Join(filepath.Dir(p.home), "filler")
	file, err := os.Create(path)
	check(p.t, err)
	defer file.Close()
	for block := make([]byte, 1<<16); len(block) > 0; {
		if _, err := file.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
	return func() { check(p.t, os.Remove(path)) }
}

// TestFaultDiskFull: whichever write finds no room, a start that fails says so
// and leaves nothing running, and what it began a stop ends.
func TestFaultDiskFull(t *testing.T) {
	t.Parallel()
	for name, make := range places {
		for _, limit := range []string{"nr_inodes", "nr_blocks"} {
			t.Run(name+"/"+limit, func(t *testing.T) {
				t.Parallel()
				for n := 2; ; n++ { // the n-th file, or the n-th page, is one too many
					switch { // some are drawn: its database has a hundred pages, and each failure is three attempts
					case name == "real" && limit == "nr_blocks":
						n += n/2 + rand.IntN(n)
					case name == "real":
						n += rand.IntN(4)
					}
					if p := onePlace(make(t), fmt.Sprintf("%s=%d", limit, n)); p.startsOnFullDisk() {
						t.Logf("with %s=%d there is room", limit, n)
						return
					}
					if n > 1000 {
						t.Fatal("no size is enough")
					}
				}
			})
		}
	}
}

func onePlace(p *place, options string) *place {
	p.t.Helper()
	p.onDisk("disk", options)
	return p
}

func (p *place) startsOnFullDisk() bool {
	p.t.Helper()
	out, status := p.try("start", "--timeout", "15s")
	switch {
	case status == 0:
		p.await("Healthy")
	case strings.Contains(out, "the supervisor goes on trying"): // Temporal waits for what it could not write
		p.says("start", out, "no workflow can start: ", "meaning:", "try:")
	default:
		if log, _ := os.ReadFile(filepath.Join(p.home, "logs", "temporal.log")); !bytes.Contains(log, []byte("disk is full")) {
			p.says("start", out, "no space left on device")
		} // else it is Temporal that found none, at the end of a long line
		p.says("start", out, "meaning:", "try:")
		p.nothingRuns("the failed start")
		if _, status := p.try("state"); status != 3 && status != 4 {
			p.t.Errorf("state is %d after:\n%s", status, out)
		}
	}
	if again, failed := p.try("stop"); failed != 0 {
		p.t.Errorf("stop: %d\n%s\nafter start: %d\n%s", failed, again, status, out)
	}
	p.nothingRuns("stop")
	return status == 0
}

// TestFaultDiskFullAtRestart: the same for a restart, and for the one that a
// supervisor does by itself after a crash: the disk has room for so many files or
// pages more, and then for none.
func TestFaultDiskFullAtRestart(t *testing.T) {
	t.Parallel()
	const enough = 64
	for limit, room := range map[string][]int{"nr_inodes": {0, 1, enough}, "nr_blocks": {0, 1, 2, 3, 4, enough}} {
		t.Run(limit, func(t *testing.T) {
			t.Parallel()
			p := fakePlace(t)
			p.onDisk("disk", "size=32m")
			for _, n := range room {
				out, status := p.restartWithRoom(limit, n)
				for again := 0; n == 0 && status == 0 && again < 5; again++ { // what was on its way had given its room back since
					out, status = p.restartWithRoom(limit, n)
				}
				if status != 0 {
					p.says("restart", out, "no space left on device", "meaning:", "try:")
				}
				if n == 0 && status == 0 || n == enough && status != 0 {
					t.Errorf("restart with %s+%d ends with %d:\n%s", limit, n, status, out)
				}
				p.oneOrNone("restart", limit, n)

				p.leavesRoom("", 0)
				p.local("start")
				temporal := p.pid("temporal")
				p.leavesRoom(limit, n)
				p.kill9(temporal)
				if !poll(awaitDefault, func() bool {
					_, status := p.try("state")
					return status == 3 || status == 0 && p.pid("temporal") != temporal
				}) {
					t.Errorf("%s+%d: neither stopped nor restarted:\n%s", limit, n, p.record())
				}
				p.oneOrNone("a crash", limit, n)
				p.stop()
				p.nothingRuns("stop")
			}
		})
	}
}

// restartWithRoom is a restart on a disk that has room for n more inodes or blocks.
func (p *place) restartWithRoom(limit string, n int) (out string, status int) {
	p.t.Helper()
	p.leavesRoom("", 0)
	p.local("start")
	p.leavesRoom(limit, n)
	return p.try("restart", "--timeout", "15s")
}

// leavesRoom gives the disk room for n more inodes or blocks, or as much as there was.
func (p *place) leavesRoom(limit string, n int) {
	p.t.Helper()
	dir := filepath.Dir(p.home)
	options := "nr_inodes=10000,size=32m"
	if limit != "" {
		disk := settledDisk(p.t, dir)
		used := map[string]uint64{"nr_inodes": disk.Files - disk.Ffree, "nr_blocks": disk.Blocks - disk.Bfree}
		options = fmt.Sprintf("%s=%d", limit, used[limit]+uint64(n))
	}
	check(p.t, unix.Mount("none", dir, "tmpfs", unix.MS_REMOUNT, options))
}

// settledDisk is a disk on which nothing has come or gone for a while: start returns as
// soon as the record says Healthy, while the record and the PID file's folder may still
// be on their way, and what is measured then has room in it that is about to be free.
func settledDisk(t *testing.T, dir string) unix.Statfs_t {
	t.Helper()
	var last unix.Statfs_t
	same := 0
	if !poll(awaitDefault, func() bool {
		var disk unix.Statfs_t
		check(t, unix.Statfs(dir, &disk))
		if same++; disk.Ffree != last.Ffree || disk.Bfree != last.Bfree {
			same = 0
		}
		last = disk
		return same >= 10
	}) {
		t.Errorf("%s changes all the time", dir)
	}
	return last
}

// oneOrNone checks that one Temporal runs and is Healthy, or none is left.
func (p *place) oneOrNone(after, limit string, n int) {
	p.t.Helper()
	running := (&siege{place: p}).temporals()
	out, status := p.try("state")
	if len(running) == 1 && status == 0 || len(running) == 0 && status == 3 {
		return
	}
	p.t.Errorf("after %s with %s+%d %v run, and state is %d:\n%s", after, limit, n, running, status, out)
}

// TestFaultDiskFullWhileRunning: a disk that fills up under a running Temporal.
// A stop works; a crash is not followed by a Temporal that the record cannot name.
func TestFaultDiskFullWhileRunning(t *testing.T) {
	inPlaces(t, func(p *place) {
		p.onDisk("disk", "size=32m")
		p.local("start")
		p.awaitQuiet()
		empty := p.fill()
		p.exits(0, []string{"state"}, "Healthy")
		p.exits(0, []string{"start"}, "already running")
		p.stop()
		p.nothingRuns("stop")
		empty() // Temporal has given room back
		empty = p.fill()
		p.exits(1, []string{"start", "--timeout", "5s"}, "no space left on device", "make room")
		p.nothingRuns("a start without room")
		empty()

		p.local("start")
		empty = p.fill()
		p.kill9(p.pid("temporal"))
		if !poll(awaitDefault, func() bool { _, status := p.try("state"); return status == 3 }) {
			out, status := p.try("state", "--explain")
			p.t.Errorf("after a crash on a full disk: %d\n%s", status, out)
		}
		p.nothingRuns("a crash on a full disk")
		p.stop()
		empty()
		p.local("start")
		p.stop()
	})
}

// TestFaultLogDiskFull: that nothing more can be logged harms nothing.
func TestFaultLogDiskFull(t *testing.T) {
	t.Parallel()
	p := realPlace(t)
	p.local("start")
	p.stop()
	home := p.home
	p.onDisk("logs", "size=64k")
	logs := filepath.Dir(p.home)
	p.move(home)
	for _, name := range []string{"temporal.log", "supervisor.log"} {
		// A whole page: what is appended finds no room in it either.
		check(t, os.WriteFile(filepath.Join(logs, name), bytes.Repeat([]byte("full\n"), os.Getpagesize()), 0o600))
	}
	check(t, unix.Mount(logs, filepath.Join(home, "logs"), "", unix.MS_BIND, ""))
	t.Cleanup(func() { unix.Unmount(filepath.Join(home, "logs"), unix.MNT_DETACH) })
	full := *p
	full.home = filepath.Join(logs, "home")
	full.fill()
	p.local("start")
	pid := p.pid("temporal")
	// It does not die of what it cannot print: that would take it a second or two.
	for began := time.Now(); time.Since(began) < 4*time.Second; {
		p.works("default")
	}
	p.await("Healthy", fmt.Sprintf(".temporal.pid=%d", pid))
	p.crash()
	p.stop()
}
