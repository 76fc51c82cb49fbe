package upkeep

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/rehearsal"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// Exchange puts a new file in the place of a stopped Temporal's database, and keeps the database.
//
// The record says first which file is being made (Next), then that it is whole and where the
// database goes (Aside). A command that dies before the second leaves the database in use, and
// the file is removed; after it, the exchange is carried to its end. Finish does either.
type Exchange struct {
	// DB is the database, as the caller knows it.
	DB string
	// Kept returns the name under which the database is kept.
	Kept func(made fsm.Database, real string) (string, error)
	// Version is the version of Temporal that the new file is for, empty if not known.
	Version string
	// Cause names the command, for the history.
	Cause string
	// Settings are recorded where nothing was before. Program says that their program is used from then on.
	Settings fsm.Settings
	Program  bool
	// Make makes the new file, whole and closed, of the database at real. It runs under the locks.
	Make func(ctx context.Context, real, next string) error
}

// Do carries an exchange out and returns where the database is kept. The errors are those of Make, a
// NotStoppedError, and the system's; after any of them the database is as it was, or Finish goes on.
func (x Exchange) Do(ctx context.Context, home statefile.Home) (kept string, err error) {
	h, err := hold(home, x.DB)
	if err != nil {
		return "", err
	}
	defer h.release()
	if _, err := h.finish(x.Cause); err != nil {
		return "", err
	}
	if h.document.Generation == 0 {
		h.document.State, h.document.Desired, h.document.Settings = fsm.Stopped, fsm.WantStopped, x.Settings
	}
	made := h.document.Database
	next, err := database.AsideName(h.real, database.NextKind, time.Now())
	if err != nil {
		return "", err
	}
	making := made
	making.Path, making.Next, making.NextVersion, making.Aside = x.DB, next, x.Version, ""
	if x.Program {
		making.NextBin, making.NextPin = x.Settings.TemporalBin, x.Settings.TemporalVersion
	}
	if err := h.save(making, x.Cause+": what takes the database's place is made as "+next); err != nil {
		return "", err
	}
	if err = x.Make(ctx, h.real, next); err == nil {
		kept, err = x.Kept(made, h.real)
	}
	if err == nil {
		err = statefile.SyncFolder(filepath.Dir(h.real)) // else a power cut could take the file and leave the record
	}
	if err != nil {
		_, back := h.finish(x.Cause)
		return "", errors.Join(err, back)
	}
	making.Aside = kept
	if err := h.save(making, x.Cause+": the database is kept as "+kept); err != nil {
		return "", err
	}
	_, err = h.finish(x.Cause)
	return kept, err
}

// Finish takes back an exchange that a command left before its file was whole, and carries any
// other to its end. It returns what it did, empty for nothing.
func Finish(home statefile.Home, db, cause string) (did string, err error) {
	h, err := hold(home, db)
	if err != nil {
		return "", err
	}
	defer h.release()
	return h.finish(cause)
}

// finish reads in the record how far an exchange came.
func (h *stopped) finish(cause string) (did string, err error) {
	d := h.document.Database
	switch {
	case d.Next == "":
		return "", nil
	case d.Aside == "":
		return h.takeBack(d, cause)
	}
	return h.carryOn(d, cause)
}

// takeBack removes what was made of the new file: this home made it, and no server was given it.
func (h *stopped) takeBack(d fsm.Database, cause string) (string, error) {
	if err := rehearsal.EndOrphans(h.home); err != nil {
		return "", err
	}
	for _, file := range database.PartsOf(d.Next) {
		if err := os.Remove(file); err != nil {
			return "", err
		}
	}
	did := "the database stays: " + d.Next + " was not finished, and is removed"
	d.Next, d.NextVersion, d.NextBin, d.NextPin, d.Aside = "", "", "", "", ""
	return did, h.save(d, cause+": "+did)
}

// carryOn renames the database and then the new file. Each step leaves what the next call goes on from. If
// the new file has gone and nothing was kept, it was lost before: then the database stays.
func (h *stopped) carryOn(d fsm.Database, cause string) (string, error) {
	switch next, kept := database.Exists(d.Next), database.Exists(d.Aside); {
	case !next && !kept:
		return h.takeBack(d, cause)
	case next:
		if err := h.exchange(d, kept); err != nil {
			return "", err
		}
	}
	if database.Exists(d.Aside) {
		if err := database.WriteAbout(d.Aside, database.About{Version: d.Version, Cause: cause, Made: time.Now()}); err != nil {
			return "", err
		}
	}
	if d.NextBin != "" {
		h.document.Settings.TemporalBin, h.document.Settings.TemporalVersion = d.NextBin, d.NextPin
	}
	did := "the database is a new one, and the one before is kept as " + d.Aside
	return did, h.save(fsm.Database{Path: d.Path, Served: true, Version: d.NextVersion}, cause+": "+did)
}

// exchange puts the new file in the database's place. A database that another program has made there since
// the other one was kept is kept as well.
func (h *stopped) exchange(d fsm.Database, kept bool) error {
	aside := d.Aside
	if kept && database.Exists(h.real) {
		var err error
		if aside, err = database.AsideName(h.real, database.ReplacedKind, time.Now()); err != nil {
			return err
		}
	}
	if err := database.MoveAside(h.real, aside); err != nil {
		return err
	}
	if err := os.Rename(d.Next, h.real); err != nil {
		return err
	}
	return statefile.SyncFolder(filepath.Dir(h.real))
}
