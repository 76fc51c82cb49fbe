package actions

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

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
