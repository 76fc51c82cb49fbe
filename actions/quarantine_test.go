package actions

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestQuarantine(t *testing.T) {
	for _, with := range [][]string{{""}, {"", "-wal", "-shm"}, {"", "-journal"}, {"-wal"}, {}} {
		db := filepath.Join(t.TempDir(), "db")
		for _, suffix := range with {
			check(t, os.WriteFile(db+suffix, []byte("the"+suffix), 0o600))
		}
		touch(t, db+".lock")
		now := time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.FixedZone("", 3600))
		aside, err := quarantine(db, now)
		check(t, err)
		is(t, "name", aside, db+".half-made-20260102T020405.006Z")
		for _, suffix := range with {
			text, err := os.ReadFile(aside + suffix)
			check(t, err)
			is(t, suffix, string(text), "the"+suffix)
			is(t, db+suffix+" is there", fileExists(db+suffix), false)
		}
		is(t, "files", len(list(t, filepath.Dir(db))), len(with)+1)
	}
}

// What has the new name already stays what it is, and nothing is lost.
func TestQuarantineNeverOverwrites(t *testing.T) {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		db, now := filepath.Join(t.TempDir(), "db"), time.Now()
		old := db + now.UTC().Format(".half-made-20060102T150405.000Z") + suffix
		check(t, os.WriteFile(db, []byte("db"), 0o600))
		check(t, os.WriteFile(db+"-wal", []byte("belongs to it"), 0o600))
		check(t, os.WriteFile(db+suffix, []byte("new"), 0o600))
		check(t, os.WriteFile(old, []byte("old"), 0o600))
		before := len(list(t, filepath.Dir(db)))
		if _, err := quarantine(db, now); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: %v", suffix, err)
		}
		text, err := os.ReadFile(old)
		check(t, err)
		is(t, "the old one", string(text), "old")
		text, err = os.ReadFile(db + suffix)
		check(t, err)
		is(t, "the new one", string(text), "new")
		is(t, "torn apart", fileExists(db+"-wal"), true)
		is(t, "files", len(list(t, filepath.Dir(db))), before)
	}
}

func TestDatabaseLock(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	check(t, err)
	check(t, os.Mkdir(dir+"/a", 0o700))
	check(t, os.Symlink("a", dir+"/link"))
	touch(t, dir+"/a/db")
	check(t, os.Symlink("../a/db", dir+"/a/other"))
	check(t, os.Symlink("link2", dir+"/a/link1")) // to nothing, by two links
	check(t, os.Symlink(dir+"/link/made-later", dir+"/a/link2"))
	check(t, os.Symlink("loop", dir+"/a/loop"))
	for db, want := range map[string]string{
		"/a/db": "/a/db.lock", "/link/db": "/a/db.lock", "/link/other": "/a/db.lock", "/link/new": "/a/new.lock",
		"/link/link1": "/a/made-later.lock",
	} {
		lock, err := databaseLock(dir + db)
		check(t, err)
		is(t, db, strings.TrimPrefix(lock, dir), want)
	}
	if _, err := databaseLock(dir + "/none/db"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if lock, err := databaseLock(dir + "/a/loop"); err == nil {
		t.Error(lock)
	}
}

func TestKeptDatabases(t *testing.T) {
	folder := t.TempDir()
	db := filepath.Join(folder, "x.db")
	for _, name := range []string{"x.db", "x.db.lock", "x.db-wal", "x.db.reset-1", "x.db.half-made-1", "x.db.backup-1.2.3", "y.db.reset-1", "x.db2.reset-1"} {
		touch(t, filepath.Join(folder, name))
	}
	kept := KeptDatabases(db)
	is(t, "kept", len(kept), 3)
	is(t, "without a folder", len(KeptDatabases("/no/such/x.db")), 0)
}
