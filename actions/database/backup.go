package database

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/statefile"
)

// Backup copies a database that no process has open, with what SQLite keeps beside it, to
// a name that ends with the version that made it. It returns that name, and whether the copy
// was made earlier: one state of a database needs one copy, however often a newer version is
// tried. The state is the same if a copy has the same content, or if the files are still as
// the record says that the last failing version left them: such a version may have written.
//
// A copy gets its name once it is whole. No copy is overwritten or deleted.
func Backup(d fsm.Database, now time.Time) (name string, earlier bool, err error) {
	db := Real(d.Path)
	if d.Backup != "" && d.Left != "" && d.Left == State(d.Path) && Exists(d.Backup) {
		return d.Backup, true, nil
	}
	if same := sameBackup(db); same != "" {
		return same, true, nil
	}
	to := BackupName(db, d.Version, now)
	return to, false, copyDatabase(db, to)
}

// BackupName is a free name for the backup of a database that a version of Temporal has made.
func BackupName(db, version string, now time.Time) string {
	to := db + BackupKind + filepath.Base(version)
	if version == "" {
		to = db + BackupKind + stamp(now)
	}
	if Exists(to) {
		to += "-" + stamp(now)
	}
	return to
}

// Unfinished is the ending of a copy that is being made.
const Unfinished = ".Unfinished"

// copyDatabase copies the files of a database, and renames the copies once all are there,
// that of the database file itself last.
func copyDatabase(db, to string) error {
	for _, suffix := range Parts {
		os.Remove(to + suffix + Unfinished) // what one that was interrupted has left
	}
	var made []string
	for _, suffix := range Parts {
		if !Exists(db + suffix) {
			continue
		}
		made = append(made, to+suffix+Unfinished)
		if err := copyFile(db+suffix, to+suffix+Unfinished); err != nil {
			for _, path := range made {
				os.Remove(path)
			}
			return fmt.Errorf("back up %s: %w", db+suffix, err)
		}
	}
	for _, path := range made {
		if err := os.Rename(path, strings.TrimSuffix(path, Unfinished)); err != nil {
			return fmt.Errorf("back up %s: %w", db, err)
		}
	}
	return statefile.SyncFolder(filepath.Dir(to))
}

// sameBackup returns the newest backup of a database that has the same content, empty for
// none.
func sameBackup(db string) string {
	for _, kept := range slices.Backward(KeptDatabases(db)) {
		if sameDatabase(db, kept.Path) {
			return kept.Path
		}
	}
	return ""
}

// sameDatabase compares all but the index of the write-ahead log, which SQLite makes anew.
func sameDatabase(a, b string) bool {
	return !slices.ContainsFunc(Parts, func(suffix string) bool {
		return suffix != "-shm" && !sameContent(a+suffix, b+suffix)
	})
}

// sameContent reports whether two files have the same bytes. A file that is not there counts
// as an empty one: SQLite leaves either.
func sameContent(a, b string) bool {
	if files.FileSize(a) != files.FileSize(b) {
		return false
	}
	one, err := contentHash(a)
	other, failed := contentHash(b)
	return err == nil && failed == nil && bytes.Equal(one, other)
}

func contentHash(path string) ([]byte, error) {
	hash := sha256.New()
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return hash.Sum(nil), nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	_, err = io.Copy(hash, file)
	return hash.Sum(nil), err
}

// State names the state of a database's files by their inodes, sizes in bytes and times of
// modification. It is empty where these cannot be read.
func State(db string) string {
	var state []string
	for _, suffix := range Parts {
		info, err := os.Stat(Real(db) + suffix)
		if errors.Is(err, fs.ErrNotExist) || suffix == "-shm" {
			continue
		}
		if err != nil {
			return ""
		}
		id, err := files.IDOf(info)
		if err != nil {
			return ""
		}
		state = append(state, fmt.Sprintf("%d:%d:%d", id.Inode, info.Size(), info.ModTime().UnixNano()))
	}
	return strings.Join(state, " ")
}
