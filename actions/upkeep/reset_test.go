package upkeep

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// stoppedHome is a home whose Temporal served on db and was stopped.
func stoppedHome(t *testing.T) (home statefile.Home, db string) {
	t.Helper()
	home = stage.NewHome(t)
	folder, err := filepath.EvalSymlinks(t.TempDir())
	stage.Check(t, err)
	db = filepath.Join(folder, "my db", "x.db")
	stage.Check(t, os.MkdirAll(filepath.Dir(db), 0o700))
	for _, suffix := range database.Parts {
		stage.Check(t, os.WriteFile(db+suffix, []byte("the"+suffix), 0o600))
	}
	r := fsm.Record{
		State: fsm.Stopped, Desired: fsm.WantStopped, Generation: 7, Settings: fsm.Settings{DB: db, Policy: fsm.DefaultPolicy()},
		Database: fsm.Database{Path: db, Created: true, Served: true, Version: "1.2.3", Setup: fsm.AppliedSetup{File: "it", At: 1}},
	}
	stage.Check(t, statefile.File{Home: home}.Save(statefile.Document{Record: r}))
	return home, db
}

func whole(t *testing.T, db string) {
	t.Helper()
	for _, suffix := range database.Parts {
		text, err := os.ReadFile(db + suffix)
		stage.Check(t, err)
		stage.Is(t, db+suffix, string(text), "the"+suffix)
	}
}

func TestResetMovesTheWholeDatabase(t *testing.T) {
	home, db := stoppedHome(t)
	moves, err := Reset(home, db, "a test")
	stage.Check(t, err)
	stage.Is(t, "moves", len(moves), len(database.Parts))
	aside := moves[len(moves)-1].To
	stage.Has(t, aside, db+".reset-20")
	whole(t, aside)
	stage.Is(t, "what is left", len(database.Files(db)), 0)
	d, err := statefile.File{Home: home}.Load()
	stage.Check(t, err)
	stage.Is(t, "what is known of the database", d.Database, fsm.Database{Aside: aside})
	stage.Is(t, "generation", d.Generation, 8)
	stage.Has(t, d.History[0].Cause, "a test", aside)

	// The moves are the way back.
	for _, m := range moves {
		stage.Check(t, os.Rename(m.To, m.From))
	}
	whole(t, db)
	for _, path := range []string{home.SupervisorLock(), home.Lock(), db + ".lock"} {
		lock, err := lockfile.Take(path)
		stage.Check(t, err)
		lock.Close()
	}
}

// A database that a link leads to moves where it is, and the link stays.
func TestResetFollowsTheLinkOfADatabase(t *testing.T) {
	home, db := stoppedHome(t)
	link := filepath.Join(filepath.Dir(filepath.Dir(db)), "link.db")
	stage.Check(t, os.Symlink(db, link))
	d, err := statefile.File{Home: home}.Load()
	stage.Check(t, err)
	d.Settings.DB = link
	stage.Check(t, statefile.File{Home: home}.Save(d))
	moves, err := Reset(home, link, "a test")
	stage.Check(t, err)
	whole(t, moves[len(moves)-1].To)
	stage.Has(t, moves[0].To, db+".reset-")
	target, err := os.Readlink(link)
	stage.Check(t, err)
	stage.Is(t, "the link", target, db)
	stage.Is(t, "a link to nothing is no database", len(database.Files(link)), 0)
	stage.Is(t, "kept", len(database.Kept(link)), len(database.Parts))
}

// A process that holds one of the locks, or has changed the record, keeps the database where it
// is.
func TestResetNeedsEveryLock(t *testing.T) {
	hold := func(path func(home statefile.Home, db string) string) func(*testing.T, statefile.Home, string) {
		return func(t *testing.T, home statefile.Home, db string) {
			lock, err := lockfile.Take(path(home, db))
			stage.Check(t, err)
			t.Cleanup(func() { lock.Close() })
		}
	}
	change := func(how func(*statefile.Document)) func(*testing.T, statefile.Home, string) {
		return func(t *testing.T, home statefile.Home, _ string) {
			d, err := statefile.File{Home: home}.Load()
			stage.Check(t, err)
			how(&d)
			stage.Check(t, statefile.File{Home: home}.Save(d))
		}
	}
	for name, before := range map[string]func(*testing.T, statefile.Home, string){
		"supervisor.lock": hold(func(home statefile.Home, _ string) string { return home.SupervisorLock() }),
		"temporal.lock":   hold(func(home statefile.Home, _ string) string { return home.Lock() }),
		"in use by":       hold(func(_ statefile.Home, db string) string { return db + ".lock" }),
		"the state is":    change(func(d *statefile.Document) { d.State = fsm.Healthy }),
		"wanted is":       change(func(d *statefile.Document) { d.Desired = fsm.WantRunning }),
		"has changed":     change(func(d *statefile.Document) { d.Settings.DB = "/elsewhere.db" }),
		"a hard link": func(t *testing.T, _ statefile.Home, db string) {
			stage.Check(t, os.Link(db, db+"2"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home, db := stoppedHome(t)
			before(t, home, db)
			_, err := Reset(home, db, "a test")
			if _, ok := errors.AsType[NotStoppedError](err); !ok {
				t.Fatal(err)
			}
			stage.Has(t, err.Error(), name)
			whole(t, db)
			stage.Is(t, "files", len(database.Files(db)), len(database.Parts))
		})
	}
}

// A reset that was killed between two renames is finished under the same name,
// whichever file it had come to.
func TestResetIsFinishedByTheNext(t *testing.T) {
	for moved := 1; moved < len(database.Parts); moved++ {
		home, db, aside := afterReset(t)
		for _, suffix := range database.Parts[moved:] { // as if it had not come so far
			stage.Check(t, os.Rename(aside+suffix, db+suffix))
		}
		moves, err := Reset(home, db, "the second")
		stage.Check(t, err)
		stage.Is(t, "name", moves[len(moves)-1].To, aside)
		whole(t, aside)
		stage.Is(t, "what is left", len(database.Files(db)), 0)
	}
}

func afterReset(t *testing.T) (home statefile.Home, db, aside string) {
	t.Helper()
	home, db = stoppedHome(t)
	moves, err := Reset(home, db, "the first")
	stage.Check(t, err)
	return home, db, moves[len(moves)-1].To
}

// A write-ahead log that was left behind is never joined with another database.
func TestResetJoinsNoOtherLog(t *testing.T) {
	home, db, aside := afterReset(t)
	stage.Check(t, os.Rename(aside, db)) // put back without its log, and used since
	d, err := evidence.Recover(home)
	stage.Check(t, err)
	stage.Is(t, "name", d.Database.Aside, aside)
	d.Database = fsm.Database{Path: db} // as a start does
	stage.Check(t, statefile.File{Home: home}.Save(d))
	moves, err := Reset(home, db, "the second")
	stage.Check(t, err)
	stage.Is(t, "moves", len(moves), 1)
	if strings.HasPrefix(moves[0].To, aside) {
		t.Errorf("%s was joined with the log of another", moves[0].To)
	}
}

// A database that was copied back, and not started since, does not replace its copy.
func TestResetReplacesNothing(t *testing.T) {
	home, db, aside := afterReset(t)
	stage.Check(t, os.WriteFile(db, []byte("copied back, and changed"), 0o600))
	kept, err := os.ReadFile(aside)
	stage.Check(t, err)
	moves, err := Reset(home, db, "the second")
	stage.Check(t, err)
	if now, err := os.ReadFile(aside); err != nil || string(now) != string(kept) {
		t.Errorf("%s was replaced: %q (%v), moves %v", aside, now, err, moves)
	}
}

// Where nothing was ever recorded the default database is meant, and no record is made.
func TestResetWithoutARecord(t *testing.T) {
	home := stage.NewHome(t)
	stage.Check(t, home.MakeFolders())
	stage.Check(t, os.WriteFile(home.DB(), []byte("db"), 0o600))
	stage.Is(t, "database", database.Of(home, fsm.Record{}), home.DB())
	stage.Is(t, "one in memory, whose ports are not drawn yet", database.Of(home, fsm.Record{Settings: fsm.Settings{IP: "127.0.0.1"}}), "")
	moves, err := Reset(home, home.DB(), "a test")
	stage.Check(t, err)
	stage.Is(t, "moves", len(moves), 1)
	stage.Is(t, "a record", stage.FileExists(home.State()), false)
}
