package e2e_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFaultReadOnly: a home that can only be read any more. What runs can be
// seen and stopped; nothing is started.
func TestFaultReadOnly(t *testing.T) {
	inPlaces(t, func(p *place) {
		p.onDisk("disk", "size=32m")
		p.local("start")
		p.awaitQuiet()
		aside := filepath.Join(filepath.Dir(p.home), "aside") // no process can have a file open through it
		check(p.t, os.Mkdir(aside, 0o700))
		check(p.t, unix.Mount(p.home, aside, "", unix.MS_BIND, ""))
		p.t.Cleanup(func() { unix.Unmount(aside, unix.MNT_DETACH) })
		check(p.t, unix.Mount("", aside, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""))
		readOnly := func() { check(p.t, unix.Mount(aside, p.home, "", unix.MS_BIND, "")) }
		writable := func() { check(p.t, unix.Unmount(p.home, unix.MNT_DETACH)) }
		readOnly()
		p.t.Cleanup(func() { unix.Unmount(p.home, unix.MNT_DETACH) })
		p.seen()
		p.stop()
		p.nothingRuns("stop")
		p.exits(1, []string{"start"}, "read-only", "meaning:", "try:")
		p.nothingRuns("a start where nothing can be written")
		writable()
		p.local("start")
		p.kill9(p.pid("supervisor")) // a stop must do it by itself
		readOnly()
		p.stop()
		p.nothingRuns("stop")
		writable()
		p.local("start")
		p.stop()

		check(p.t, unix.Unmount(aside, unix.MNT_DETACH))
		p.remountReadOnly()
		p.move(filepath.Join(filepath.Dir(p.home), "new"))
		out, status := p.try("start")
		if status == 0 || !strings.Contains(out, "read-only") {
			p.t.Errorf("a home on a read-only disk: %d\n%s", status, out)
		}
		p.exits(3, []string{"state"})
		p.stop()
	})
}

// remountReadOnly waits for the kernel to take back the last file that was open for
// writing: a supervisor that is just ending still has its log.
func (p *place) remountReadOnly() {
	p.t.Helper()
	var err error
	if !poll(awaitDefault, func() bool {
		err = unix.Mount("", filepath.Dir(p.home), "", unix.MS_REMOUNT|unix.MS_RDONLY, "")
		return !errors.Is(err, unix.EBUSY)
	}) {
		p.t.Fatal("still open for writing: ", err)
	}
	check(p.t, err)
}

// seen checks that state shows the Temporal that runs: that it is well, or what it
// answers instead, where it has opened its database anew since it can only be read.
func (p *place) seen() {
	p.t.Helper()
	out, status := p.try("state")
	if status != 0 && (status != 8 || !strings.Contains(out, "unable to open database file")) {
		p.t.Errorf("state: %d\n%s", status, out)
	}
	p.says("state", out, fmt.Sprintf("pid %d", p.pid("temporal")))
}
