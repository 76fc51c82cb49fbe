package upkeep

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// exchangeOf replaces a home's database by a file with a text.
func exchangeOf(db, text string) Exchange {
	return Exchange{
		DB: db, Version: "2.0.0", Cause: "a test",
		Kept: func(made fsm.Database, real string) (string, error) {
			return real + database.BackupKind + made.Version, nil
		},
		Make: func(_ context.Context, _, next string) error {
			return os.WriteFile(next, []byte(text), 0o600)
		},
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	stage.Check(t, err)
	return string(text)
}

func TestExchange(t *testing.T) {
	home, db := stoppedHome(t)
	kept, err := exchangeOf(db, "new").Do(t.Context(), home)
	stage.Check(t, err)
	stage.Is(t, "kept", kept, db+".backup-1.2.3")
	whole(t, kept)
	stage.Is(t, "the database", content(t, db), "new")
	stage.Is(t, "its files", len(database.Files(db)), 1)
	d, err := statefile.File{Home: home}.Load()
	stage.Check(t, err)
	stage.Is(t, "what is known of it", d.Database, fsm.Database{Path: db, Served: true, Version: "2.0.0"})
	list := database.KeptDatabases(db)
	stage.Is(t, "kept databases", len(list), 1)
	stage.Is(t, "its name", list[0].Name, "1.2.3")
	stage.Is(t, "its version", list[0].Version, "1.2.3")
	stage.Has(t, list[0].Cause, "a test")
}

// Whatever making fails of, the database and what is known of it are as before, and nothing is left.
func TestExchangeThatFails(t *testing.T) {
	home, db := stoppedHome(t)
	before, err := statefile.File{Home: home}.Load()
	stage.Check(t, err)
	x := exchangeOf(db, "new")
	failure := errors.New("no room")
	x.Make = func(_ context.Context, _, next string) error {
		stage.Check(t, os.WriteFile(next+"-journal", nil, 0o600))
		return errors.Join(os.WriteFile(next, []byte("half"), 0o600), failure)
	}
	if _, err := x.Do(t.Context(), home); !errors.Is(err, failure) {
		t.Fatal(err)
	}
	whole(t, db)
	d, err := statefile.File{Home: home}.Load()
	stage.Check(t, err)
	stage.Is(t, "what is known of it", d.Database, before.Database)
	left, err := filepath.Glob(db + database.NextKind + "*")
	stage.Check(t, err)
	stage.Is(t, "what is left", len(left), 0)
}

// An exchange is killed after each of its steps. The next command goes on from there: before the record
// says where the database goes it takes it back, from then on it carries it on.
func TestExchangeThatWasKilled(t *testing.T) {
	for step := range 7 {
		home, db := stoppedHome(t)
		next, kept := db+database.NextKind+"x", db+".backup-1.2.3"
		d, err := evidence.Recover(home)
		stage.Check(t, err)
		d.Database.Next, d.Database.NextVersion = next, "2.0.0"
		if step > 0 { // the file was begun, then whole
			stage.Check(t, os.WriteFile(next, []byte("new"), 0o600))
		}
		if step > 1 {
			d.Database.Aside = kept
		}
		for _, suffix := range database.Parts[:max(0, min(step-2, len(database.Parts)))] {
			stage.Check(t, os.Rename(db+suffix, kept+suffix))
		}
		if step == 6 {
			stage.Check(t, os.Rename(next, db))
		}
		stage.Check(t, statefile.File{Home: home}.Save(d))
		did, err := Finish(home, db, "the next")
		stage.Check(t, err)
		stage.Is(t, "leftovers", database.Exists(next), false)
		after, err := statefile.File{Home: home}.Load()
		stage.Check(t, err)
		stage.Is(t, "what is open", after.Database.Next, "")
		if step < 2 {
			stage.Has(t, did, "stays")
			whole(t, db)
			stage.Is(t, "version", after.Database.Version, "1.2.3")
		} else {
			stage.Has(t, did, kept)
			whole(t, kept)
			stage.Is(t, "the database", content(t, db), "new")
			stage.Is(t, "version", after.Database.Version, "2.0.0")
		}
		again, err := Finish(home, db, "one more")
		stage.Check(t, err)
		stage.Is(t, "a second time", again, "")
	}
}

// What was to take the database's place was lost, as in a power cut: the database stays.
func TestExchangeWithoutItsFile(t *testing.T) {
	home, db := stoppedHome(t)
	d, err := evidence.Recover(home)
	stage.Check(t, err)
	before := d.Database
	d.Database.Next, d.Database.Aside, d.Database.NextVersion = db+".next-x", db+".backup-x", "2.0.0"
	stage.Check(t, statefile.File{Home: home}.Save(d))
	did, err := Finish(home, db, "the next")
	stage.Check(t, err)
	stage.Has(t, did, "stays")
	whole(t, db)
	after, err := statefile.File{Home: home}.Load()
	stage.Check(t, err)
	stage.Is(t, "what is known of it", after.Database, before)
}

// Two databases are never made into one: a file that has taken the database's name meanwhile is kept, too.
func TestExchangeReplacesNothing(t *testing.T) {
	home, db := stoppedHome(t)
	d, err := evidence.Recover(home)
	stage.Check(t, err)
	d.Database.Next, d.Database.Aside = db+".next-x", db+".backup-x"
	for _, path := range []string{d.Database.Next, d.Database.Aside} {
		stage.Check(t, os.WriteFile(path, []byte(path), 0o600))
	}
	stage.Check(t, statefile.File{Home: home}.Save(d))
	_, err = Finish(home, db, "the next")
	stage.Check(t, err)
	stage.Is(t, "the database", content(t, db), d.Database.Next)
	stage.Is(t, "kept", content(t, d.Database.Aside), d.Database.Aside)
	also, err := filepath.Glob(db + database.ReplacedKind + "*Z")
	stage.Check(t, err)
	stage.Is(t, "kept as well", len(also), 1)
	whole(t, also[0])
}

// A reset that comes after an exchange that was cut off leaves nothing of that.
func TestResetAfterAnExchange(t *testing.T) {
	home, db := stoppedHome(t)
	d, err := evidence.Recover(home)
	stage.Check(t, err)
	d.Database.Next = db + ".next-x"
	stage.Check(t, os.WriteFile(d.Database.Next, []byte("half"), 0o600))
	stage.Check(t, statefile.File{Home: home}.Save(d))
	moves, err := Reset(home, db, "a test")
	stage.Check(t, err)
	whole(t, moves[len(moves)-1].To)
	stage.Is(t, "leftovers", database.Exists(d.Database.Next), false)
}

func TestExchangeNeedsAStoppedHome(t *testing.T) {
	home, db := stoppedHome(t)
	d, err := statefile.File{Home: home}.Load()
	stage.Check(t, err)
	d.State = fsm.Healthy
	stage.Check(t, statefile.File{Home: home}.Save(d))
	_, err = exchangeOf(db, "new").Do(t.Context(), home)
	if _, ok := errors.AsType[NotStoppedError](err); !ok {
		t.Fatal(err)
	}
	whole(t, db)
}
