package statefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// OpenHome returns the home at path and makes it, and its parents, with mode
// 0700 where it is missing. A relative path is taken from the working folder.
// What exists is never chmodded. The errors are those of FindHome.
func OpenHome(path string) (Home, error) {
	home, found, err := FindHome(path)
	if err != nil || found {
		return home, err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return "", fmt.Errorf("home %s: %w", path, err)
	}
	home, found, err = FindHome(path)
	if err == nil && !found {
		err = fmt.Errorf("home %s: made and gone again: %w", path, fs.ErrNotExist)
	}
	return home, err
}

// Gone is the home that was at a path where there is none now. Links on the way are
// followed as long as they lead somewhere.
func Gone(path string) Home { return gone(path, storedName) }

func gone(path string, stored naming) Home {
	abs, err := filepath.Abs(path)
	if err != nil {
		return Home(path)
	}
	for folder := abs; folder != filepath.Dir(folder); {
		folder = filepath.Dir(folder)
		if resolved, err := filepath.EvalSymlinks(folder); err == nil {
			return Home(filepath.Join(spelled(resolved, stored), strings.TrimPrefix(abs, folder)))
		}
	}
	return Home(abs)
}

// FindHome is OpenHome without making anything: false says that there is no home
// at path. It returns NotFolderError, ForeignHomeError or LooseHomeError for a
// path that must not be used as a home, and any other error of the system.
func FindHome(path string) (Home, bool, error) { return findHome(path, storedName) }

func findHome(path string, stored naming) (Home, bool, error) {
	if path == "" {
		return "", false, errors.New("home: the path is empty")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", false, fmt.Errorf("home %s: %w", path, err)
	}
	resolved, err := filepath.EvalSymlinks(abs)
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return "", false, NotFolderError{Path: abs}
	case errors.Is(err, fs.ErrNotExist):
		info, err := os.Lstat(abs)
		switch {
		case err != nil:
			return "", false, nil
		case info.Mode()&fs.ModeSymlink != 0:
			return "", false, NotFolderError{Path: abs, Dangling: true}
		}
		// Another command has made it since.
		if resolved, err = filepath.EvalSymlinks(abs); err != nil {
			return "", false, fmt.Errorf("home %s: %w", abs, err)
		}
	case err != nil:
		return "", false, fmt.Errorf("home %s: %w", abs, err)
	}
	info, err := os.Stat(resolved)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("home %s: %w", abs, err)
	}
	uid := int(info.Sys().(*syscall.Stat_t).Uid)
	if err := usable(resolved, info.Mode(), uid, os.Geteuid()); err != nil {
		return "", false, err
	}
	return Home(spelled(resolved, stored)), true, nil
}

// naming returns the name by which the kernel knows the folder at a path.
type naming func(folder string) (string, error)

// spelled is the one name of a folder without symlinks. Processes, records and services
// know a home by its name, byte by byte, but on a file system that takes no account of
// case, or of how an accent is composed, one folder answers to many names. A stored name
// counts only if it is absolute and leads to the same folder.
func spelled(folder string, stored naming) string {
	name, err := stored(folder)
	if err != nil || !filepath.IsAbs(name) {
		return folder
	}
	typed, err := os.Stat(folder)
	if err != nil {
		return folder
	}
	if kept, err := os.Stat(name); err != nil || !os.SameFile(typed, kept) {
		return folder
	}
	return name
}

// usable refuses a home in which another user could put files, links or locks under our names.
// Root gets no exception: what root leaves in a user's home the user can no longer replace, and
// what the user leaves there root would run.
func usable(path string, mode fs.FileMode, uid, euid int) error {
	switch {
	case !mode.IsDir():
		return NotFolderError{Path: path}
	case uid != euid:
		return ForeignHomeError{Path: path, UID: uid}
	case mode.Perm()&0o022 != 0:
		return LooseHomeError{Path: path, Mode: mode.Perm()}
	}
	return nil
}
