package statefile

import (
	"fmt"
	"os"
	"path/filepath"
)

// MakeFolders makes the folders of the logs and of the default database with
// mode 0700. Folders that exist are left as they are. It fails as CheckLinks does.
func (h Home) MakeFolders() error {
	if err := h.CheckLinks(); err != nil {
		return err
	}
	for _, path := range h.folders() {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return fmt.Errorf("folder of home %s: %w", h, err)
		}
	}
	return nil
}

// NearestFolder returns a folder that is there: the one at path, else the nearest above it.
func NearestFolder(path string) string {
	for _, err := os.Stat(path); err != nil && path != filepath.Dir(path); _, err = os.Stat(path) {
		path = filepath.Dir(path)
	}
	return path
}

func (h Home) folders() []string { return []string{h.Logs(), filepath.Dir(h.DB())} }

// MendFolders makes those folders again that were deleted since MakeFolders, but never the home:
// a home that is gone was meant to be deleted. A folder that cannot be made is reported by the
// code that needs it.
func (h Home) MendFolders() {
	for _, path := range h.folders() {
		os.Mkdir(path, 0o700)
	}
}

// CheckLinks examines symlinks in the place of the home's folders and of the default database.
// They may lead to another disk, but only to a place that could be a home: else another user
// could put files there that Temporal opens or that are run. It returns NotFolderError,
// ForeignHomeError and LooseHomeError, wrapped, as OpenHome does of a home.
func (h Home) CheckLinks() error {
	for _, path := range []string{h.Logs(), filepath.Dir(h.DB()), filepath.Dir(h.Bin())} {
		if _, linked := target(path); linked {
			if err := private(path); err != nil {
				return fmt.Errorf("%s is a link: %w", path, err)
			}
		}
	}
	if db, linked := target(h.DB()); linked {
		if err := private(filepath.Dir(db)); err != nil {
			return fmt.Errorf("%s is a link: %w", h.DB(), err)
		}
	}
	return nil
}

// target is where a symlink leads, one step, and whether there is one.
func target(path string) (string, bool) {
	to, err := os.Readlink(path)
	if err != nil {
		return "", false
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(filepath.Dir(path), to)
	}
	return to, true
}

// private refuses what could not be a home.
func private(path string) error {
	_, there, err := FindHome(path)
	if err == nil && !there {
		return NotFolderError{Path: path, Dangling: true}
	}
	return err
}
