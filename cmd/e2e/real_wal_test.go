package e2e_test

import (
	"context"
	"path/filepath"
	"regexp"
	"testing"
)

// TestWriteAheadLog: in WAL mode a workflow that waits is in each copy of the database, be it made under a Temporal that
// writes or of a database whose file has nothing yet, and goes on after an upgrade, a restore and a reset that is taken back.
func TestWriteAheadLog(t *testing.T) {
	t.Parallel()
	old, now := versions(t)
	p := newPlace(t, old)
	p.local("start", "--sqlite-pragma", "journal_mode=WAL")
	c, _ := p.connect("default")
	ctx, cancel := context.WithTimeout(context.Background(), 4*clientPatience)
	defer cancel()
	run := c.start(ctx, Wait)
	waits := func(when string) {
		t.Helper()
		c.signal(ctx, run, "again", when)
		p.exits(0, []string{"state"}, "Healthy")
	}
	p.local("backup", "live")
	p.stop()
	p.exits(0, []string{"doctor"}, "every page is where it belongs")
	p.local("backup", "stopped")
	p.program(now)
	p.exits(0, []string{"upgrade", "--yes"}, " MiB)") // of the backup, whose file has 4 KiB without its log
	p.local("start")
	waits("after the upgrade")
	if left, err := filepath.Glob(p.database() + ".next-*"); err != nil || len(left) > 0 {
		t.Errorf("the upgrade leaves %q (%v)", left, err)
	}
	p.exits(0, []string{"doctor"}, "not looked into")
	p.program(old)
	for _, name := range []string{"live", "stopped", "1.5.1"} {
		p.stop()
		p.exits(0, []string{"restore", name, "--yes"}, "Restored")
		p.local("start")
		waits("after the restore of " + name)
	}
	p.stop()
	p.exits(0, []string{"reset", "--yes"}, "-wal")
	kept := regexp.MustCompile(`reset-\S+`).FindString(p.local("backup", "--list"))
	p.exits(0, []string{"restore", kept, "--yes"}, "Restored")
	p.local("start")
	c.goesOn(ctx, run, "after all")
	p.stop()
}
