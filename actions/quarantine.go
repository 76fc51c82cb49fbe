package actions

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// quarantine renames a database and what SQLite keeps beside it. It never
// deletes and never overwrites. It returns the new name.
func quarantine(db string, now time.Time) (string, error) {
	aside := fmt.Sprintf("%s.half-made-%s", db, now.UTC().Format("20060102T150405.000Z"))
	for _, suffix := range []string{"-wal", "-shm", "-journal", ""} {
		if _, err := os.Lstat(aside + suffix); err == nil {
			return "", fmt.Errorf("set %s aside: %s: %w", db, aside+suffix, fs.ErrExist)
		}
		if err := os.Rename(db+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("set %s aside: %w", db, err)
		}
	}
	return aside, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// databaseLock is the lock of a database by its real identity: the file beside
// it after symlinks are resolved, so that two homes with one database meet there.
func databaseLock(db string) (string, error) {
	folder, err := filepath.EvalSymlinks(filepath.Dir(db))
	if err != nil {
		return "", fmt.Errorf("database: %w", err)
	}
	real := filepath.Join(folder, filepath.Base(db))
	if resolved, err := filepath.EvalSymlinks(real); err == nil {
		real = resolved
	}
	return real + ".lock", nil
}

func base(path string) string { return filepath.Base(path) }
