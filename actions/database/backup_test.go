package database

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
)

// TestBackup: one copy of one state of a database, whatever SQLite has beside it, and no
// copy is overwritten.
func TestBackup(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	stage.Check(t, err)
	db := filepath.Join(dir, "x.db")
	put := func(suffix, text string) { t.Helper(); stage.Check(t, os.WriteFile(db+suffix, []byte(text), 0o600)) }
	made := func(d fsm.Database, want string, earlier bool) string {
		t.Helper()
		d.Path, d.Version = db, "1.2.3"
		to, again, err := Backup(d, time.Now())
		stage.Check(t, err)
		if again != earlier || !strings.HasPrefix(to, db+want) {
			t.Errorf("%s, an earlier one: %t", to, again)
		}
		for _, suffix := range []string{"", "-wal", "-journal"} {
			if stage.FileExists(db+suffix) && !earlier {
				stage.Is(t, suffix, sameContent(db+suffix, to+suffix), true)
			}
		}
		return to
	}
	put("", "pages")
	put("-wal", "frames")
	put("-shm", "index")
	first := made(fsm.Database{}, ".backup-1.2.3", false)
	stage.Is(t, "name", first, db+".backup-1.2.3")
	put("-shm", "another index") // SQLite makes it anew
	made(fsm.Database{}, ".backup-1.2.3", true)
	put("-wal", "Frames")
	second := made(fsm.Database{}, ".backup-1.2.3-", false)
	put("-wal", "") // as good as none
	stage.Check(t, os.Remove(db+"-wal"))
	third := made(fsm.Database{}, ".backup-1.2.3-", false)
	put("-wal", "")
	stage.Is(t, "an empty log", made(fsm.Database{}, ".backup-", true), third)

	// What a failing version has written is no state of its own, while the copy is there.
	put("", "pages that a failing version has written")
	left := fsm.Database{Backup: second, Left: State(db)}
	stage.Is(t, "after a failure", made(left, ".backup-", true), second)
	stage.Check(t, os.Remove(second))
	made(left, ".backup-1.2.3-", false)
	put("", "pages that were put back")
	left.Backup = first
	made(left, ".backup-1.2.3-", false)
}

// TestBackupInterrupted: a copy that is not whole has no good name, and is made anew.
func TestBackupInterrupted(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	stage.Check(t, err)
	db := filepath.Join(dir, "x.db")
	stage.Check(t, os.WriteFile(db, []byte("pages"), 0o600))
	stage.Check(t, os.Mkdir(db+"-wal", 0o700)) // what cannot be copied
	if to, _, err := Backup(fsm.Database{Path: db, Version: "1"}, time.Now()); err == nil {
		t.Errorf("%s was made", to)
	}
	stage.Is(t, "what is left", len(Kept(db)), 0)
	stage.Check(t, os.Remove(db+"-wal"))
	stage.Check(t, os.WriteFile(db+".backup-1"+Unfinished, []byte("pag"), 0o600))
	to, _, err := Backup(fsm.Database{Path: db, Version: "1"}, time.Now())
	stage.Check(t, err)
	stage.Is(t, "name", to, db+".backup-1")
	stage.Is(t, "files", len(Kept(db)), 1)
	text, err := os.ReadFile(to)
	stage.Check(t, err)
	stage.Is(t, "content", string(text), "pages")

	// A link's database is copied with what lies beside the file, not beside the link.
	link := filepath.Join(t.TempDir(), "link.db")
	stage.Check(t, os.Symlink(db, link))
	stage.Check(t, os.WriteFile(db+"-journal", []byte("undo"), 0o600))
	to, _, err = Backup(fsm.Database{Path: link, Version: "2"}, time.Now())
	stage.Check(t, err)
	stage.Is(t, "name", to, db+".backup-2")
	stage.Is(t, "journal", stage.FileExists(to+"-journal"), true)
}
