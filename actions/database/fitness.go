package database

import (
	"os"
	"path/filepath"
	"syscall"
	"unicode/utf8"

	"github.com/stigmer/local/fsm"
	"golang.org/x/sys/unix"
)

// longestPath is how many bytes a database's path may have: SQLite has room for 512,
// and wants 8 of them for the journal's name (SQLITE_MAX_PATHLEN, sqlite3PagerOpen).
const longestPath = 504

// Unfit says why a path cannot be that of Temporal's database, a fsm.Refusal, nil if it can, whether a
// file is there or not: Temporal or SQLite does not take the path, it is no file, it or
// its folder may not be written, or it has a hard link, since no lock beside it could keep
// away a server that opens it under its other name.
func Unfit(db string) error {
	if !utf8.ValidString(db) {
		return fsm.Refuse(fsm.CodeDatabasePath, "database %q has a path that is not UTF-8", db)
	}
	if lock, err := LockPath(db); err == nil {
		if max(len(db), len(Real(db))) > longestPath {
			return fsm.Refuse(fsm.CodeDatabasePath, "database %s has a path that is too long for SQLite: it has more than %d bytes", db, longestPath)
		}
		switch folder := filepath.Dir(lock); unix.Access(folder, unix.W_OK|unix.X_OK) {
		case unix.EROFS:
			return readOnly(db)
		case unix.EACCES:
			return fsm.Refuse(fsm.CodeDatabaseFolderClosed, "database %s lies in a folder that this user may not write to: %s", db, folder)
		}
	}
	info, err := os.Stat(db)
	if err != nil {
		return nil
	}
	if !info.Mode().IsRegular() {
		return fsm.Refuse(fsm.CodeDatabaseNoFile, "database %s is not a file", db)
	}
	switch unix.Access(db, unix.R_OK|unix.W_OK) {
	case unix.EROFS:
		return readOnly(db)
	case unix.EACCES, unix.EPERM: // EPERM: chattr +i
		return fsm.Refuse(fsm.CodeDatabaseClosed, "database %s (mode %04o) may not be read and written by this user", db, info.Mode().Perm())
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Nlink > 1 {
		return fsm.Refuse(fsm.CodeDatabaseHardLink, "database %s has a second name (a hard link), under which another server could open it", db)
	}
	return nil
}

func readOnly(db string) error {
	return fsm.Refuse(fsm.CodeDatabaseReadOnly, "database %s is on a file system that is mounted read-only", db)
}
