package actions

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/sqlite"
	"golang.org/x/sys/unix"
)

// Unfit says why a path cannot be that of Temporal's database, a fsm.Refusal, nil if it can, whether a
// file is there or not: Temporal or SQLite does not take the path, it is no file, it or
// its folder may not be written, or it has a hard link, since no lock beside it could keep
// away a server that opens it under its other name.
func Unfit(db string) error {
	if !utf8.ValidString(db) {
		return unfit(fsm.CodeDatabasePath, "database %q has a path that is not UTF-8", db)
	}
	if lock, err := databaseLock(db); err == nil {
		if max(len(db), len(realDatabase(db))) > longestDatabase {
			return unfit(fsm.CodeDatabasePath, "database %s has a path that is too long for SQLite: it has more than %d bytes", db, longestDatabase)
		}
		switch folder := filepath.Dir(lock); unix.Access(folder, unix.W_OK|unix.X_OK) {
		case unix.EROFS:
			return readOnly(db)
		case unix.EACCES:
			return unfit(fsm.CodeDatabaseFolderClosed, "database %s lies in a folder that this user may not write to: %s", db, folder)
		}
	}
	info, err := os.Stat(db)
	if err != nil {
		return nil
	}
	if !info.Mode().IsRegular() {
		return unfit(fsm.CodeDatabaseNoFile, "database %s is not a file", db)
	}
	switch unix.Access(db, unix.R_OK|unix.W_OK) {
	case unix.EROFS:
		return readOnly(db)
	case unix.EACCES, unix.EPERM: // EPERM: chattr +i
		return unfit(fsm.CodeDatabaseClosed, "database %s (mode %04o) may not be read and written by this user", db, info.Mode().Perm())
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Nlink > 1 {
		return unfit(fsm.CodeDatabaseHardLink, "database %s has a second name (a hard link), under which another server could open it", db)
	}
	return nil
}

func unfit(code fsm.Code, format string, args ...any) error {
	return fsm.Refusal{Code: code, Reason: fmt.Sprintf(format, args...)}
}

func readOnly(db string) error {
	return unfit(fsm.CodeDatabaseReadOnly, "database %s is on a file system that is mounted read-only", db)
}

// longestDatabase is how many bytes a database's path may have: SQLite has room for 512,
// and wants 8 of them for the journal's name (SQLITE_MAX_PATHLEN, sqlite3PagerOpen).
const longestDatabase = 504

// Foreign returns why a file is not Temporal's database, a fsm.Refusal, nil if it may be or is not
// there. A server may have the file open.
func Foreign(db string) error {
	_, refusal := contentsOf(db)
	return refusal
}

// contentsOf looks into a database that no process has open. half says why it is what a
// killed first start leaves, refusal why it is not Temporal's. Both are empty for any other
// database, and for one that cannot be read: Temporal itself then logs more about it.
func contentsOf(db string) (half string, refusal error) {
	if db == "" {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), contentsLimit)
	defer cancel()
	contents, err := sqlite.ReadContents(ctx, db)
	switch {
	case err != nil:
		return "", nil
	case contents.Kind == sqlite.ContentsHalfMade:
		return contents.Why, nil
	case contents.Kind == sqlite.ContentsForeign:
		return "", unfit(fsm.CodeDatabaseForeign, "database %s is not Temporal's: it %s", db, contents.Why)
	}
	return "", nil
}

// contentsLimit is how long a start may read a database before the spawn: a hundred times
// what one with an empty log takes. A log of 1 GiB takes longer.
const contentsLimit = 2 * time.Second
