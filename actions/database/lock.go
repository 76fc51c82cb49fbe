package database

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// LockPath is the lock of a database by its real identity: the file beside
// it after symlinks are resolved, those to nothing as well, so that two homes with
// one database meet there even before it is made.
func LockPath(db string) (string, error) {
	for range 40 { // as many links as the kernel follows (path_resolution(7))
		folder, err := filepath.EvalSymlinks(filepath.Dir(db))
		if err != nil {
			return "", fmt.Errorf("database: %w", err)
		}
		db = filepath.Join(folder, filepath.Base(db))
		target, err := os.Readlink(db)
		if err != nil {
			return db + ".lock", nil
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(folder, target)
		}
		db = target
	}
	return "", fmt.Errorf("database %s: too many symlinks", db)
}

// Lock takes a database's lock. A fsm.Refusal says why this database cannot be
// had; any other error is the system's. onWait is called before a pause.
func Lock(db string, onWait func()) (*os.File, error) {
	if err := Unfit(db); err != nil {
		return nil, err
	}
	path, err := LockPath(db)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fsm.Refuse(fsm.CodeDatabaseNoFolder, "database %s has no folder: %s is not there", db, filepath.Dir(db))
	}
	if err != nil {
		return nil, err
	}
	lock, err := lockfile.TakeSoon(path, onWait)
	switch {
	case errors.Is(err, lockfile.ErrHeld):
		return nil, fsm.Refuse(fsm.CodeDatabaseInUse, "database %s is in use by %s", db, holderOf(path))
	case err != nil:
		return nil, fmt.Errorf("database: %w", err)
	}
	return lock, nil
}

// ServedByOther returns an error that names a Temporal which has db open and holds no lock of
// ours: it was started by other means, or its lock file was deleted.
func ServedByOther(db string) error {
	for _, h := range files.ServersWith(db) {
		return openInOther(db, h)
	}
	return nil
}

// UsedByOther is a fsm.Refusal if a program beside those of a home has a database, or its lock. It
// takes no lock.
func UsedByOther(home statefile.Home, db string) error {
	other := func(h proc.Info) bool { return h.Instance != string(home) }
	if path, err := LockPath(db); err == nil {
		holders, _ := lockfile.Holders(path)
		if i := slices.IndexFunc(holders, func(h proc.Info) bool { return other(h) && procs.Alive(h.Process.PID) }); i >= 0 {
			return fsm.Refuse(fsm.CodeDatabaseInUse, "database %s is in use by %s", db, lockHolder(holders[i]))
		}
	}
	servers := files.ServersWith(db)
	if i := slices.IndexFunc(servers, other); i >= 0 {
		return openInOther(db, servers[i])
	}
	return nil
}

func openInOther(db string, h proc.Info) error {
	return fsm.Refuse(fsm.CodeDatabaseInUse, "database %s is open in another Temporal, %s", db, evidence.Describe(h))
}

func holderOf(path string) string {
	holders, err := lockfile.Holders(path)
	if err != nil || len(holders) == 0 {
		return "another program"
	}
	return lockHolder(holders[0])
}

func lockHolder(h proc.Info) string {
	if h.Instance != "" {
		return fmt.Sprintf("the Temporal of home %s, %s", h.Instance, evidence.Describe(h))
	}
	return evidence.Describe(h)
}
