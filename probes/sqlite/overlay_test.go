package sqlite

import (
	"errors"
	"io"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"
)

// A server that has the database open is neither waited for nor kept waiting, and what it has
// not committed does not count.
func TestADatabaseThatIsInUse(t *testing.T) {
	for _, mode := range []string{"delete", "wal"} {
		path := copyDatabase(t, "small.db")
		server, err := sqlite3.Open(path)
		check(t, err)
		check(t, server.Exec("PRAGMA journal_mode="+mode+"; PRAGMA cache_size=1; BEGIN EXCLUSIVE; DROP TABLE keyed"))
		check(t, server.Exec("CREATE TABLE late AS SELECT zeroblob(100000) AS b")) // some of it goes to the file
		before := filesIn(t, path)
		if mode == "delete" && !strings.HasPrefix(before["small.db-journal"], journalMagic) {
			t.Error("the journal does not wait to be carried out")
		}
		contents, err := ReadContents(t.Context(), path)
		check(t, err)
		if !strings.HasSuffix(contents.Why, "cluster_metadata_info, keyed") {
			t.Errorf("%s: %+v", mode, contents)
		}
		condition, err := QuickCheck(t.Context(), path)
		check(t, err)
		if condition.Flaw != "" || condition.Interrupted != (mode == "delete") {
			t.Errorf("%s: %+v", mode, condition)
		}
		if !maps.Equal(filesIn(t, path), before) {
			t.Errorf("%s: the folder was changed", mode)
		}
		check(t, server.Exec("COMMIT"))
		check(t, server.Close())
		contents, err = ReadContents(t.Context(), path)
		check(t, err)
		if !strings.HasSuffix(contents.Why, "cluster_metadata_info, late") {
			t.Errorf("%s, committed: %+v", mode, contents)
		}
	}
}

// A journal lies beside the file, and not beside a link to it.
func TestADatabaseBehindALink(t *testing.T) {
	path, link := copyDatabase(t, "logged.db"), t.TempDir()+"/link.db"
	check(t, os.Symlink(path, link))
	contents, err := ReadContents(t.Context(), link)
	check(t, err)
	if contents.Kind != ContentsForeign {
		t.Errorf("%+v", contents)
	}
}

// A log may be large: its pages do not come into memory, as the database is closed without a
// checkpoint, which would read them.
func TestTheLogStaysWhereItIs(t *testing.T) {
	checked, reads := false, 0
	ctx := hooked{t.Context(), func() {
		if checked {
			reads++
		}
	}}
	check(t, withEngine(ctx, copyDatabase(t, "logged.db"), func(e engine) error {
		_, err := e.strings("PRAGMA quick_check")
		checked = true
		return err
	}))
	if reads > 1 { // withEngine looks itself whether the time is over
		t.Errorf("%d reads after the check", reads-1)
	}
}

// What goes wrong within the engine is an error of the database's, and no end of the process.
func TestAFaultOfTheEngine(t *testing.T) {
	err := withEngine(t.Context(), copyDatabase(t, "small.db"), func(engine) error { panic("out of bounds") })
	if err == nil || damage(err) != "" || !strings.Contains(err.Error(), "out of bounds") {
		t.Error(err)
	}
}

// What was written counts before what the user's file has, up to where the database was cut.
func TestOverlayFile(t *testing.T) {
	path := t.TempDir() + "/file"
	check(t, os.WriteFile(path, []byte(strings.Repeat("a", 3*sector)), 0o600))
	f, _, err := overlay{t.Context(), path}.Open(inOverlay, 0)
	check(t, err)
	defer f.Close()
	check(t, f.Truncate(2*sector))
	_, err = f.WriteAt([]byte(strings.Repeat("b", sector)+strings.Repeat("c", sector)), sector)
	check(t, err)
	if _, err := f.WriteAt(make([]byte, sector), mostGrowth+3*sector); !errors.Is(err, sqlite3.CORRUPT) {
		t.Errorf("what a journal claims: %v", err)
	}
	want := "aa" + strings.Repeat("b", sector) + strings.Repeat("c", sector)
	have := make([]byte, len(want)+5)
	n, err := f.ReadAt(have, sector-2)
	if string(have[:n]) != want || err != io.EOF {
		t.Errorf("%d bytes, %v", n, err)
	}
	if size, _ := f.Size(); size != 3*sector {
		t.Errorf("%d bytes long", size)
	}
}

// A log that cannot be read is an error that names the log, and no verdict on the database.
func TestALogThatCannotBeRead(t *testing.T) {
	path := copyDatabase(t, "logged.db")
	check(t, os.Remove(path+"-wal"))
	check(t, os.Mkdir(path+"-wal", 0o700))
	c, err := QuickCheck(t.Context(), path)
	if err == nil || c.Flaw != "" || !strings.Contains(err.Error(), path+"-wal is not a file") {
		t.Errorf("%+v, %v", c, err)
	}
	if contents, err := ReadContents(t.Context(), path); err == nil {
		t.Errorf("%+v", contents)
	}
}
