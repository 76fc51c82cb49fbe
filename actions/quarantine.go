package actions

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// parts are the endings of the files of one SQLite database, its own the last.
var parts = []string{"-wal", "-shm", "-journal", ""}

// quarantine sets a half-made database aside. It returns the new name.
func quarantine(db string, now time.Time) (string, error) {
	aside := db + ".half-made-" + stamp(now)
	if err := unused(db, aside); err != nil {
		return "", err
	}
	return aside, moveAside(db, aside)
}

// unused refuses a new name that any file of a database has already.
func unused(db, aside string) error {
	if files := partsOf(aside); len(files) > 0 {
		return fmt.Errorf("set %s aside: %s: %w", db, files[0], fs.ErrExist)
	}
	return nil
}

// moveAside renames a database and what SQLite keeps beside it. It deletes nothing.
func moveAside(db, aside string) error {
	for _, suffix := range parts {
		if err := os.Rename(db+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("set %s aside: %w", db, err)
		}
	}
	return nil
}

// stamp is a time as part of a file's name.
func stamp(at time.Time) string { return at.UTC().Format("20060102T150405.000Z") }

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// databaseLock is the lock of a database by its real identity: the file beside
// it after symlinks are resolved, those to nothing as well, so that two homes with
// one database meet there even before it is made.
func databaseLock(db string) (string, error) {
	for range 40 { // as many links as the kernel follows (path_resolution(7))
		folder, err := filepath.EvalSymlinks(filepath.Dir(db))
		if err != nil {
			return "", fmt.Errorf("database: %w", err)
		}
		db = filepath.Join(folder, filepath.Base(db))
		target, err := os.Readlink(db)
		if err != nil {
			return db + ".lock", nil
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(folder, target)
		}
		db = target
	}
	return "", fmt.Errorf("database %s: too many symlinks", db)
}

func base(path string) string { return filepath.Base(path) }
