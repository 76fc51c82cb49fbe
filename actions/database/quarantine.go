package database

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"
)

// Quarantine sets a half-made database aside. It returns the new name.
func Quarantine(db string, now time.Time) (string, error) {
	aside, err := AsideName(db, ".half-made-", now)
	if err != nil {
		return "", err
	}
	return aside, MoveAside(db, aside)
}

// AsideName returns a new name for a database: its own, a kind, and the time. It refuses a name
// that any file of a database has already.
func AsideName(db, kind string, now time.Time) (string, error) {
	aside := db + kind + stamp(now)
	if files := PartsOf(aside); len(files) > 0 {
		return "", fmt.Errorf("set %s aside: %s: %w", db, files[0], fs.ErrExist)
	}
	return aside, nil
}

// MovedInPart reports whether some files of a database were renamed to another name, and none
// has both.
func MovedInPart(db, aside string) bool {
	both := func(suffix string) bool { return Exists(db+suffix) && Exists(aside+suffix) }
	return len(PartsOf(aside)) > 0 && !slices.ContainsFunc(Parts, both)
}

// MoveAside renames a database and what SQLite keeps beside it. It deletes nothing.
func MoveAside(db, aside string) error {
	for _, suffix := range Parts {
		if err := os.Rename(db+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("set %s aside: %w", db, err)
		}
	}
	return nil
}
