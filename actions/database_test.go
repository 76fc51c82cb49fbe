package actions

import (
	"os"
	"testing"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

// A database counts as replaced while Temporal has another file open, and only as
// long. This process stands for Temporal, which opens files and lets go of them.
func TestDatabaseReplaced(t *testing.T) {
	home := newHome(t)
	w := newWorld(t, home)
	self, err := probes.Identify(os.Getpid())
	check(t, err)
	w.document.Record.Temporal, w.document.Settings.DB = self, home.DB()
	db, kept := home.DB(), home.DB()+".kept"
	made := func() *os.File {
		t.Helper()
		file, err := os.Create(db)
		check(t, err)
		t.Cleanup(func() { file.Close() })
		return file
	}
	replaced := func(when string, want bool) {
		t.Helper()
		answer := w.lost(fsm.Input{Event: fsm.Probed, Verdict: fsm.Verdict{Live: true, Ready: true}})
		is(t, when, answer.Verdict, fsm.Verdict{Live: true, Ready: !want, Lost: want})
	}
	replaced("before there is one", true)
	first := made()
	replaced("what it has open", false)

	check(t, os.Rename(db, kept))
	replaced("moved away", true)
	other := made()
	replaced("while it has both open, as the first one was noted", true)
	check(t, other.Close())
	check(t, os.Rename(kept, db))
	replaced("moved back", false)

	w.database = nil // noted at a moment when it had the other one open too
	check(t, os.Rename(db, kept))
	other = made()
	replaced("the other one is noted", false)
	check(t, os.Rename(kept, db))
	replaced("moved back, while it has the other one open", true)
	check(t, other.Close())
	replaced("once it has let go of the other one", false)

	check(t, first.Close())
	check(t, os.Rename(db, kept))
	check(t, os.WriteFile(db, nil, 0o600))
	replaced("by a file that it does not open", true)
}
