package actions

import (
	"bytes"
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
	"github.com/stigmer/local/probes"
)

// backup copies a database that nobody has open, with what SQLite keeps beside it, under
// a name with the version that made it. It returns that name, and whether the copy is an
// earlier one: of one state of a database one copy is enough, however often a newer
// version is tried. That it is the same state is known by its files, or, since a failing
// version may have written, by the record: only such attempts have had it since.
//
// A copy has its name once it is whole. None is overwritten or deleted.
func backup(d fsm.Database, now time.Time) (name string, earlier bool, err error) {
	db := realDatabase(d.Path)
	if d.Backup != "" && d.Left != "" && d.Left == stateOf(d.Path) && exists(d.Backup) {
		return d.Backup, true, nil
	}
	if same := sameBackup(db); same != "" {
		return same, true, nil
	}
	to := fmt.Sprintf("%s.backup-%s", db, filepath.Base(d.Version))
	if exists(to) {
		to += "-" + stamp(now)
	}
	return to, false, copyDatabase(db, to)
}

// unfinished is the ending of a copy that is being made.
const unfinished = ".unfinished"

// copyDatabase copies the files of a database, and gives the copies their names once all
// are there, the database's own the last.
func copyDatabase(db, to string) error {
	for _, suffix := range parts {
		os.Remove(to + suffix + unfinished) // what one that was interrupted has left
	}
	var made []string
	for _, suffix := range parts {
		if !exists(db + suffix) {
			continue
		}
		made = append(made, to+suffix+unfinished)
		if err := copyFile(db+suffix, to+suffix+unfinished); err != nil {
			for _, path := range made {
				os.Remove(path)
			}
			return fmt.Errorf("back up %s: %w", db+suffix, err)
		}
	}
	for _, path := range made {
		if err := os.Rename(path, strings.TrimSuffix(path, unfinished)); err != nil {
			return fmt.Errorf("back up %s: %w", db, err)
		}
	}
	return syncFolder(filepath.Dir(to))
}

// syncFolder makes the names in a folder survive a power cut.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// sameBackup is a backup of a database that has the same content, empty for none.
func sameBackup(db string) string {
	for _, kept := range slices.Backward(KeptDatabases(db)) {
		isPart := slices.ContainsFunc(parts, func(suffix string) bool { return suffix != "" && strings.HasSuffix(kept, suffix) })
		if !strings.HasPrefix(kept, db+".backup-") || isPart || strings.HasSuffix(kept, unfinished) {
			continue
		}
		if sameDatabase(db, kept) {
			return kept
		}
	}
	return ""
}

// sameDatabase compares all but the index of the write-ahead log, which SQLite makes anew.
func sameDatabase(a, b string) bool {
	return !slices.ContainsFunc(parts, func(suffix string) bool {
		return suffix != "-shm" && !sameContent(a+suffix, b+suffix)
	})
}

// sameContent reports whether two files have the same bytes. One that is not there is as
// good as one that is empty: SQLite leaves either.
func sameContent(a, b string) bool {
	if fileSize(a) != fileSize(b) {
		return false
	}
	if fileSize(a) == 0 {
		return true
	}
	one, err := os.Open(a)
	if err != nil {
		return false
	}
	defer one.Close()
	other, err := os.Open(b)
	if err != nil {
		return false
	}
	defer other.Close()
	left, right := make([]byte, copyBytes), make([]byte, copyBytes)
	for {
		n, err := io.ReadFull(one, left)
		m, failed := io.ReadFull(other, right)
		if n != m || !bytes.Equal(left[:n], right[:m]) {
			return false
		}
		if err != nil || failed != nil {
			return atEnd(err) && atEnd(failed)
		}
	}
}

func atEnd(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// stateOf is a name for the state of a database's files: which they are, how large, and
// when they were written. It is empty where they cannot be looked at.
func stateOf(db string) string {
	var state []string
	for _, suffix := range parts {
		info, err := os.Stat(realDatabase(db) + suffix)
		if errors.Is(err, fs.ErrNotExist) || suffix == "-shm" {
			continue
		}
		if err != nil {
			return ""
		}
		id, err := probes.FileIDOf(info)
		if err != nil {
			return ""
		}
		state = append(state, fmt.Sprintf("%d:%d:%d", id.Inode, info.Size(), info.ModTime().UnixNano()))
	}
	return strings.Join(state, " ")
}
