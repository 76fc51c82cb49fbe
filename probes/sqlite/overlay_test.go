package sqlite

import (
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

// A log may be large: its pages do not come into memory.
func TestTheLogStaysWhereItIs(t *testing.T) {
	var o *overlay
	check(t, withEngine(t.Context(), copyDatabase(t, "logged.db"), func(e *engine) error {
		o = e.overlay
		_, err := e.quickCheck()
		return err
	}))
	for name, f := range o.files {
		if len(f.written) > 0 {
			t.Errorf("%s: %d blocks were written", name, len(f.written))
		}
	}
}

// What goes wrong within the engine is an error of the database's, and no end of the process.
func TestAFaultOfTheEngine(t *testing.T) {
	err := withEngine(t.Context(), copyDatabase(t, "small.db"), func(*engine) error { panic("out of bounds") })
	if err == nil || damage(err) != "" || !strings.Contains(err.Error(), "out of bounds") {
		t.Error(err)
	}
}

// What is cut off and made longer again has zeros where it was cut off.
func TestOverlayFile(t *testing.T) {
	path := t.TempDir() + "/file"
	check(t, os.WriteFile(path, []byte(strings.Repeat("a", 3*blockSize)), 0o600))
	o := &overlay{ctx: t.Context(), path: path, files: map[string]*file{}}
	defer o.close()
	opened, _, err := o.Open(inOverlay, 0)
	check(t, err)
	_, err = opened.WriteAt([]byte("bb"), blockSize-1)
	check(t, err)
	check(t, opened.Truncate(blockSize+2))
	_, err = opened.WriteAt([]byte("c"), 2*blockSize)
	check(t, err)
	want := strings.Repeat("a", blockSize-1) + "bba" + strings.Repeat("\x00", blockSize-2) + "c"
	have := make([]byte, len(want)+5)
	n, err := opened.ReadAt(have, 0)
	if string(have[:n]) != want || err == nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	if size, _ := opened.Size(); size != int64(len(want)) {
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
