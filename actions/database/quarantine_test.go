package database

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stigmer/local/actions/internal/stage"
)

func TestQuarantine(t *testing.T) {
	for _, with := range [][]string{{""}, {"", "-wal", "-shm"}, {"", "-journal"}, {"-wal"}, {}} {
		db := filepath.Join(t.TempDir(), "db")
		for _, suffix := range with {
			stage.Check(t, os.WriteFile(db+suffix, []byte("the"+suffix), 0o600))
		}
		stage.Touch(t, db+".lock")
		now := time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.FixedZone("", 3600))
		aside, err := Quarantine(db, now)
		stage.Check(t, err)
		stage.Is(t, "name", aside, db+".half-made-20260102T020405.006Z")
		for _, suffix := range with {
			text, err := os.ReadFile(aside + suffix)
			stage.Check(t, err)
			stage.Is(t, suffix, string(text), "the"+suffix)
			stage.Is(t, db+suffix+" is there", stage.FileExists(db+suffix), false)
		}
		stage.Is(t, "files", len(stage.List(t, filepath.Dir(db))), len(with)+1)
	}
}

// What has the new name already stays what it is, and nothing is lost.
func TestQuarantineNeverOverwrites(t *testing.T) {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		db, now := filepath.Join(t.TempDir(), "db"), time.Now()
		old := db + now.UTC().Format(".half-made-20060102T150405.000Z") + suffix
		stage.Check(t, os.WriteFile(db, []byte("db"), 0o600))
		stage.Check(t, os.WriteFile(db+"-wal", []byte("belongs to it"), 0o600))
		stage.Check(t, os.WriteFile(db+suffix, []byte("new"), 0o600))
		stage.Check(t, os.WriteFile(old, []byte("old"), 0o600))
		before := len(stage.List(t, filepath.Dir(db)))
		if _, err := Quarantine(db, now); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: %v", suffix, err)
		}
		text, err := os.ReadFile(old)
		stage.Check(t, err)
		stage.Is(t, "the old one", string(text), "old")
		text, err = os.ReadFile(db + suffix)
		stage.Check(t, err)
		stage.Is(t, "the new one", string(text), "new")
		stage.Is(t, "torn apart", stage.FileExists(db+"-wal"), true)
		stage.Is(t, "files", len(stage.List(t, filepath.Dir(db))), before)
	}
}

func TestDatabaseLock(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	stage.Check(t, err)
	stage.Check(t, os.Mkdir(dir+"/a", 0o700))
	stage.Check(t, os.Symlink("a", dir+"/link"))
	stage.Touch(t, dir+"/a/db")
	stage.Check(t, os.Symlink("../a/db", dir+"/a/other"))
	stage.Check(t, os.Symlink("link2", dir+"/a/link1")) // to nothing, by two links
	stage.Check(t, os.Symlink(dir+"/link/made-later", dir+"/a/link2"))
	stage.Check(t, os.Symlink("loop", dir+"/a/loop"))
	for db, want := range map[string]string{
		"/a/db": "/a/db.lock", "/link/db": "/a/db.lock", "/link/other": "/a/db.lock", "/link/new": "/a/new.lock",
		"/link/link1": "/a/made-later.lock",
	} {
		lock, err := LockPath(dir + db)
		stage.Check(t, err)
		stage.Is(t, db, strings.TrimPrefix(lock, dir), want)
	}
	if _, err := LockPath(dir + "/none/db"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if lock, err := LockPath(dir + "/a/loop"); err == nil {
		t.Error(lock)
	}
}

func TestKeptDatabases(t *testing.T) {
	folder := t.TempDir()
	db := filepath.Join(folder, "x.db")
	for _, name := range []string{"x.db", "x.db.lock", "x.db-wal", "x.db.reset-1", "x.db.half-made-1", "x.db.backup-1.2.3", "y.db.reset-1", "x.db2.reset-1"} {
		stage.Touch(t, filepath.Join(folder, name))
	}
	kept := Kept(db)
	stage.Is(t, "kept", len(kept), 3)
	stage.Is(t, "without a folder", len(Kept("/no/such/x.db")), 0)
}
