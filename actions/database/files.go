package database

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// Parts are the endings of the files of one SQLite database, its own the last.
var Parts = []string{"-wal", "-shm", "-journal", ""}

// Files lists the files of a database that are there, where its name leads
// to: a link alone is no database.
func Files(db string) []string { return PartsOf(Real(db)) }

func PartsOf(db string) []string {
	var files []string
	for _, suffix := range Parts {
		if Exists(db + suffix) {
			files = append(files, db+suffix)
		}
	}
	return files
}

// Real is the file that a database's name leads to, whether it exists or not.
func Real(db string) string {
	path, err := LockPath(db)
	if err != nil {
		return db
	}
	return strings.TrimSuffix(path, ".lock")
}

// Kept lists what was kept beside a database and is no part of it: half-made
// ones, backups, and those that a reset moved aside or a restore replaced.
func Kept(db string) []string {
	db = Real(db)
	entries, err := os.ReadDir(filepath.Dir(db))
	if err != nil {
		return nil
	}
	var kept []string
	for _, entry := range entries {
		rest, found := strings.CutPrefix(entry.Name(), filepath.Base(db))
		if found && !strings.HasSuffix(rest, aboutEnding) && slices.ContainsFunc(keptKinds, func(kind string) bool { return strings.HasPrefix(rest, kind) }) {
			kept = append(kept, filepath.Join(filepath.Dir(db), entry.Name()))
		}
	}
	return kept
}

// keptKinds are the endings of what is kept beside a database, before a name or a time.
var keptKinds = []string{".half-made-", BackupKind, ResetKind, ReplacedKind}

// The kinds of files beside a database that an exchange or a backup makes.
const (
	BackupKind   = ".backup-"
	ResetKind    = ".reset-"    // what a reset has moved aside
	ReplacedKind = ".replaced-" // what a restore has replaced
	NextKind     = ".next-"     // what is to take the database's place; it is removed if that fails
)

// Of is the database that a home's record names, empty for one in memory.
// Where nothing is recorded it is the default one.
func Of(home statefile.Home, r fsm.Record) string {
	if r.Settings.DB == "" && r.Settings.IP == "" {
		return home.DB()
	}
	return r.Settings.DB
}

// Exists reports whether anything is at a path, be it a link to nothing.
func Exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// stamp is a time as part of a file's name.
func stamp(at time.Time) string { return at.UTC().Format("20060102T150405.000Z") }
