package statefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// AsideLimit is how many set-aside records are kept, the latest ones.
const AsideLimit = 5

const (
	// asideStamp is finer than any two calls are apart: were the name of a dropped
	// file used again, the order of the names would no longer be that of time.
	asideStamp = "20060102T150405.000000Z"
	// leftAfter is how old a temporary file must be to be believed abandoned: a
	// write takes milliseconds, and commands write requests without any lock.
	leftAfter = time.Minute
)

// isAside reports whether SetAside gives such names.
func isAside(name string) bool {
	stamp, ok := strings.CutPrefix(name, "temporal.state.json.corrupt-")
	_, err := time.Parse(asideStamp, stamp)
	return ok && err == nil
}

// isTemporary reports whether the temporary files of replace have such names.
func isTemporary(name string) bool {
	return slices.ContainsFunc([]string{"state.json", "pid", "request.json", "programs.json"}, func(of string) bool {
		number, ok := strings.CutPrefix(name, ".temporal."+of)
		return ok && number != "" && strings.Trim(number, "0123456789") == ""
	})
}

// SetAside renames the record, or whatever stands in its place, to a name with
// the time, so that a new one can be made and the old one examined. It never
// overwrites, and removes the oldest of more than AsideLimit. A new path beside an error
// says that the record was renamed all the same. Only the holder of
// supervisor.lock may call it: that is what makes checking before renaming safe.
func (f File) SetAside() (newPath string, err error) {
	path := f.Home.State()
	newPath, err = f.freeName(time.Now().UTC())
	if err != nil {
		return "", err
	}
	if err := os.Rename(path, newPath); err != nil {
		return "", fmt.Errorf("set aside: %w", err)
	}
	if err := SyncFolder(string(f.Home)); err != nil {
		return newPath, fmt.Errorf("sync %s: %w", f.Home, err)
	}
	return newPath, f.dropOld(newPath)
}

func (f File) freeName(at time.Time) (string, error) {
	for ; ; at = at.Add(time.Microsecond) {
		path := f.Home.State() + ".corrupt-" + at.Format(asideStamp)
		_, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		if err != nil {
			return "", fmt.Errorf("set aside: %w", err)
		}
	}
}

// dropOld never drops keep, even where the clock was set back and its name is the oldest.
// Folders that were set aside are the user's and stay.
func (f File) dropOld(keep string) error {
	entries, err := os.ReadDir(string(f.Home)) // sorted by name, so by time
	if err != nil {
		return fmt.Errorf("set aside: %w", err)
	}
	var others []string
	for _, entry := range entries {
		path := f.Home.join(entry.Name())
		if isAside(entry.Name()) && !entry.IsDir() && path != keep {
			others = append(others, path)
		}
	}
	for len(others) > AsideLimit-1 {
		if err := remove(others[0]); err != nil {
			return fmt.Errorf("set aside: %w", err)
		}
		others = others[1:]
	}
	return nil
}

// Tidy removes the temporary files that writers which were killed left in the
// home. It touches none that is less than a minute old.
func (h Home) Tidy() error {
	left, err := h.Abandoned()
	if err != nil {
		return fmt.Errorf("tidy %s: %w", h, err)
	}
	var failed []error
	for _, path := range left {
		if err := remove(path); err != nil {
			failed = append(failed, fmt.Errorf("tidy: %w", err))
		}
	}
	return errors.Join(failed...)
}

// Abandoned lists the temporary files that Tidy would remove.
func (h Home) Abandoned() ([]string, error) {
	entries, err := os.ReadDir(string(h))
	if err != nil {
		return nil, err
	}
	var left []string
	for _, entry := range entries {
		if !isTemporary(entry.Name()) {
			continue
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) >= leftAfter {
			left = append(left, h.join(entry.Name()))
		}
	}
	return left, nil
}

// SetAsides lists the records that were set aside, the oldest first.
func (h Home) SetAsides() []string {
	entries, _ := os.ReadDir(string(h)) // a home that cannot be listed is reported elsewhere
	var asides []string
	for _, entry := range entries {
		if isAside(entry.Name()) {
			asides = append(asides, h.join(entry.Name()))
		}
	}
	return asides
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
