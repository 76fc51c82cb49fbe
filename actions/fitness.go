package actions

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// What is wrong in a refusal of a database, for who says what to do.
const (
	NoFile     = "is not a file"
	NotToUse   = "may not be read and written by this user"
	SecondName = "has a second name (a hard link)"
	// NotTemporals is what another program has written.
	NotTemporals = "is not Temporal's"
	NoFolder     = "has no folder"
	ReadOnly     = "is on a file system that is mounted read-only"
	// ClosedFolder stands for a folder in which SQLite cannot make its journal.
	ClosedFolder = "lies in a folder that this user may not write to"
	// TooLong and NotUTF8 are paths that the system takes, and SQLite or Temporal does not.
	TooLong = "has a path that is too long for SQLite"
	NotUTF8 = "has a path that is not UTF-8"
)

// longestDatabase is how many bytes a database's path may have: SQLite has room for 512,
// and wants 8 of them for the journal's name (SQLITE_MAX_PATHLEN, sqlite3PagerOpen).
const longestDatabase = 504

// Unfit says why a path cannot be that of Temporal's database, empty if it can, whether a
// file is there or not: Temporal or SQLite does not take the path, it is no file, it or
// its folder may not be written, or it has a hard link, since no lock beside it could keep
// away a server that opens it under its other name.
func Unfit(db string) string {
	if !utf8.ValidString(db) {
		return fmt.Sprintf("database %q %s", db, NotUTF8)
	}
	if lock, err := databaseLock(db); err == nil {
		if max(len(db), len(realDatabase(db))) > longestDatabase {
			return fmt.Sprintf("database %s %s: it has more than %d bytes", db, TooLong, longestDatabase)
		}
		switch folder := filepath.Dir(lock); unix.Access(folder, unix.W_OK|unix.X_OK) {
		case unix.EROFS:
			return fmt.Sprintf("database %s %s", db, ReadOnly)
		case unix.EACCES:
			return fmt.Sprintf("database %s %s: %s", db, ClosedFolder, folder)
		}
	}
	info, err := os.Stat(db)
	if err != nil {
		return ""
	}
	if !info.Mode().IsRegular() {
		return fmt.Sprintf("database %s %s", db, NoFile)
	}
	switch unix.Access(db, unix.R_OK|unix.W_OK) {
	case unix.EROFS:
		return fmt.Sprintf("database %s %s", db, ReadOnly)
	case unix.EACCES, unix.EPERM: // EPERM: chattr +i
		return fmt.Sprintf("database %s (mode %04o) %s", db, info.Mode().Perm(), NotToUse)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Nlink > 1 {
		return fmt.Sprintf("database %s %s, under which another server could open it", db, SecondName)
	}
	return ""
}
