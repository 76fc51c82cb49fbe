package actions

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"
)

// quarantine sets a half-made database aside. It returns the new name.
func quarantine(db string, now time.Time) (string, error) {
	aside, err := asideName(db, ".half-made-", now)
	if err != nil {
		return "", err
	}
	return aside, moveAside(db, aside)
}

// asideName returns a new name for a database: its own, a kind, and the time. It refuses a name
// that any file of a database has already.
func asideName(db, kind string, now time.Time) (string, error) {
	aside := db + kind + stamp(now)
	if files := partsOf(aside); len(files) > 0 {
		return "", fmt.Errorf("set %s aside: %s: %w", db, files[0], fs.ErrExist)
	}
	return aside, nil
}

// movedInPart reports whether some files of a database were renamed to another name, and none
// has both.
func movedInPart(db, aside string) bool {
	both := func(suffix string) bool { return exists(db+suffix) && exists(aside+suffix) }
	return len(partsOf(aside)) > 0 && !slices.ContainsFunc(parts, both)
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
