package actions

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// stoppedHome is a home whose Temporal served on db and was stopped.
func stoppedHome(t *testing.T) (home statefile.Home, db string) {
	t.Helper()
	home = newHome(t)
	folder, err := filepath.EvalSymlinks(t.TempDir())
	check(t, err)
	db = filepath.Join(folder, "my db", "x.db")
	check(t, os.MkdirAll(filepath.Dir(db), 0o700))
	for _, suffix := range parts {
		check(t, os.WriteFile(db+suffix, []byte("the"+suffix), 0o600))
	}
	r := fsm.Record{
		State: fsm.Stopped, Desired: fsm.WantStopped, Generation: 7, Settings: fsm.Settings{DB: db, Policy: fsm.DefaultPolicy()},
		Database: fsm.Database{Path: db, Created: true, Served: true, Version: "1.2.3"},
	}
	check(t, statefile.File{Home: home}.Save(statefile.Document{Record: r}))
	return home, db
}

func whole(t *testing.T, db string) {
	t.Helper()
	for _, suffix := range parts {
		text, err := os.ReadFile(db + suffix)
		check(t, err)
		is(t, db+suffix, string(text), "the"+suffix)
	}
}

func TestResetMovesTheWholeDatabase(t *testing.T) {
	home, db := stoppedHome(t)
	moves, err := Reset(home, db, "a test")
	check(t, err)
	is(t, "moves", len(moves), len(parts))
	aside := moves[len(moves)-1].To
	has(t, aside, db+".reset-20")
	whole(t, aside)
	is(t, "what is left", len(DatabaseFiles(db)), 0)
	d, err := statefile.File{Home: home}.Load()
	check(t, err)
	is(t, "what is known of the database", d.Database, fsm.Database{Aside: aside})
	is(t, "generation", d.Generation, 8)
	has(t, d.History[0].Cause, "a test", aside)

	// The moves are the way back.
	for _, m := range moves {
		check(t, os.Rename(m.To, m.From))
	}
	whole(t, db)
	for _, path := range []string{home.SupervisorLock(), home.Lock(), db + ".lock"} {
		lock, err := Acquire(path)
		check(t, err)
		lock.Close()
	}
}

// A database that a link leads to moves where it is, and the link stays.
func TestResetFollowsTheLinkOfADatabase(t *testing.T) {
	home, db := stoppedHome(t)
	link := filepath.Join(filepath.Dir(filepath.Dir(db)), "link.db")
	check(t, os.Symlink(db, link))
	d, err := statefile.File{Home: home}.Load()
	check(t, err)
	d.Settings.DB = link
	check(t, statefile.File{Home: home}.Save(d))
	moves, err := Reset(home, link, "a test")
	check(t, err)
	whole(t, moves[len(moves)-1].To)
	has(t, moves[0].To, db+".reset-")
	target, err := os.Readlink(link)
	check(t, err)
	is(t, "the link", target, db)
	is(t, "a link to nothing is no database", len(DatabaseFiles(link)), 0)
	is(t, "kept", len(KeptDatabases(link)), len(parts))
}

// Whoever holds one of the locks, or has changed the record, keeps the database
// where it is.
func TestResetNeedsEveryLock(t *testing.T) {
	hold := func(path func(home statefile.Home, db string) string) func(*testing.T, statefile.Home, string) {
		return func(t *testing.T, home statefile.Home, db string) {
			lock, err := Acquire(path(home, db))
			check(t, err)
			t.Cleanup(func() { lock.Close() })
		}
	}
	change := func(how func(*statefile.Document)) func(*testing.T, statefile.Home, string) {
		return func(t *testing.T, home statefile.Home, _ string) {
			d, err := statefile.File{Home: home}.Load()
			check(t, err)
			how(&d)
			check(t, statefile.File{Home: home}.Save(d))
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
			check(t, os.Link(db, db+"2"))
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
			has(t, err.Error(), name)
			whole(t, db)
			is(t, "files", len(DatabaseFiles(db)), len(parts))
		})
	}
}

// A reset that was killed between two renames is finished under the same name,
// whichever file it had come to.
func TestResetIsFinishedByTheNext(t *testing.T) {
	for moved := 1; moved < len(parts); moved++ {
		home, db, aside := afterReset(t)
		for _, suffix := range parts[moved:] { // as if it had not come so far
			check(t, os.Rename(aside+suffix, db+suffix))
		}
		moves, err := Reset(home, db, "the second")
		check(t, err)
		is(t, "name", moves[len(moves)-1].To, aside)
		whole(t, aside)
		is(t, "what is left", len(DatabaseFiles(db)), 0)
	}
}

func afterReset(t *testing.T) (home statefile.Home, db, aside string) {
	t.Helper()
	home, db = stoppedHome(t)
	moves, err := Reset(home, db, "the first")
	check(t, err)
	return home, db, moves[len(moves)-1].To
}

// A write-ahead log that was left behind is never joined with another database.
func TestResetDoesNotJoinStrangers(t *testing.T) {
	home, db, aside := afterReset(t)
	check(t, os.Rename(aside, db)) // put back without its log, and used since
	d, err := Recover(home)
	check(t, err)
	is(t, "name", d.Database.Aside, aside)
	d.Database = fsm.Database{Path: db} // as a start does
	check(t, statefile.File{Home: home}.Save(d))
	moves, err := Reset(home, db, "the second")
	check(t, err)
	is(t, "moves", len(moves), 1)
	if strings.HasPrefix(moves[0].To, aside) {
		t.Errorf("%s was joined with the log of another", moves[0].To)
	}
}

// Where nothing was ever recorded the default database is meant, and no record is made.
func TestResetWithoutARecord(t *testing.T) {
	home := newHome(t)
	check(t, home.MakeFolders())
	check(t, os.WriteFile(home.DB(), []byte("db"), 0o600))
	is(t, "database", DatabaseOf(home, fsm.Record{}), home.DB())
	moves, err := Reset(home, home.DB(), "a test")
	check(t, err)
	is(t, "moves", len(moves), 1)
	is(t, "a record", fileExists(home.State()), false)
}
