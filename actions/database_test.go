package actions

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
)

// A database counts as replaced while Temporal has another file open, and only as
// long. This process stands for Temporal, which opens files and lets go of them.
func TestDatabaseReplaced(t *testing.T) {
	home := stage.NewHome(t)
	w := newWorld(t, home)
	self, err := proc.Identify(os.Getpid())
	stage.Check(t, err)
	// Of a group without a member: in ours is each child that another test is about to start,
	// which has all our files open until its exec.
	self.PGID = math.MaxInt32
	w.record.document.Record.Temporal, w.record.document.Settings.DB = self, home.DB()
	db, kept := home.DB(), home.DB()+".kept"
	made := func() *os.File {
		t.Helper()
		file, err := os.Create(db)
		stage.Check(t, err)
		t.Cleanup(func() { file.Close() })
		return file
	}
	passed := fsm.Verdict{Live: true, Ready: true}
	doubt, certain := fsm.Verdict{Live: true}, fsm.Verdict{Live: true, Lost: true}
	replaced := func(when string, want fsm.Verdict) {
		t.Helper()
		stage.Is(t, when, w.checkDatabaseFile(fsm.Input{Event: fsm.Probed, Verdict: passed}).Verdict, want)
	}
	w.record.document.State = fsm.Starting
	replaced("while a wrapper starts, it is not known", passed)
	w.record.document.State = fsm.Healthy
	replaced("before there is one", doubt)
	first := made()
	replaced("what it has open", passed)

	stage.Check(t, os.Rename(db, kept))
	replaced("moved away", certain)
	other := made()
	replaced("while it has both open, as the first one was noted", certain)
	stage.Check(t, other.Close())
	stage.Check(t, os.Rename(kept, db))
	replaced("moved back", passed)

	stage.Check(t, os.Rename(db, kept))
	stage.Is(t, "words", strings.Contains(w.checkDatabaseFile(fsm.Input{Event: fsm.Probed, Verdict: passed}).Detail, "was deleted or replaced"), true)
	w.run.database.device++ // as if another file system were at the path
	stage.Is(t, "words", strings.Contains(w.checkDatabaseFile(fsm.Input{Event: fsm.Probed, Verdict: passed}).Detail, "was unmounted"), true)
	stage.Check(t, os.Rename(kept, db))
	replaced("mounted again", passed)

	w.run.database = nil // noted at a moment when it had the other one open too
	stage.Check(t, os.Rename(db, kept))
	other = made()
	replaced("the other one is noted", passed)
	stage.Check(t, os.Rename(kept, db))
	replaced("moved back, while it has the other one open", certain)
	stage.Check(t, other.Close())
	replaced("once it has let go of the other one", passed)

	stage.Check(t, first.Close())
	stage.Check(t, os.Rename(db, kept))
	stage.Check(t, os.WriteFile(db, nil, 0o600))
	replaced("by a file that it does not open", doubt)

	stage.Check(t, os.Chmod(filepath.Dir(db), 0))
	t.Cleanup(func() { os.Chmod(filepath.Dir(db), 0o700) })
	if _, err := os.Stat(db); err != nil { // root may look at everything
		replaced("in a folder that cannot be looked into", doubt)
	}
}

// A driver whose Temporal has served from a file starts the next one on it without a look.
func TestTheDatabaseThatTemporalHadOpen(t *testing.T) {
	l := newLife(t)
	data, err := os.ReadFile("../probes/sqlite/testdata/small.db")
	stage.Check(t, err)
	stage.Check(t, os.WriteFile(l.home.DB(), data, 0o600))
	file, err := os.Stat(l.home.DB())
	stage.Check(t, err)
	l.World.run.database = &openDatabase{FileInfo: file}
	stage.Is(t, "never served", l.do(fsm.DoLock).Event, fsm.LockDenied)
	l.World.record.document.Database.Served = true
	stage.Is(t, "served", l.do(fsm.DoLock).Event, fsm.LockAcquired)
	stage.Check(t, os.Rename(l.home.DB(), l.home.DB()+".moved"))
	stage.Check(t, os.WriteFile(l.home.DB(), data, 0o600))
	stage.Is(t, "replaced", l.do(fsm.DoLock).Event, fsm.LockDenied)
}
