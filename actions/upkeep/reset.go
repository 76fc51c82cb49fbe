package upkeep

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// Move is one file that was renamed.
type Move struct{ From, To string }

// Reset moves the database of a stopped Temporal aside, under a dated name, and
// returns the files that were moved. Nothing is deleted or overwritten.
//
// It waits a moment for supervisor.lock and holds it, temporal.lock and the database's lock
// until it returns, so that no command can start a server on a database that is half moved. What
// it finds under the locks counts, not what a caller saw before: a NotStoppedError says that
// another process was faster, and db must still be the database. The record is saved before the
// move, as before any act.
func Reset(home statefile.Home, db, cause string) ([]Move, error) {
	h, err := hold(home, db)
	if err != nil {
		return nil, err
	}
	defer h.release()
	if _, err := h.finish(cause); err != nil {
		return nil, err
	}
	return h.setAside(cause)
}

// setAside records what it is about to do, and does it. A database that
// is made or put back later is one of which nothing is known, so that none of
// them is taken for a half-made one of our own.
func (h *stopped) setAside(cause string) ([]Move, error) {
	db, about := h.real, database.About{Version: h.document.Database.Version, Cause: cause, Made: time.Now()}
	aside := interrupted(h.document.Record, db)
	if aside == "" {
		var err error
		if aside, err = database.AsideName(db, database.ResetKind, time.Now()); err != nil {
			return nil, err
		}
	}
	if h.document.Generation > 0 {
		if err := h.save(fsm.Database{Aside: aside}, cause+": the database is moved to "+aside); err != nil {
			return nil, err
		}
	}
	if err := database.MoveAside(db, aside); err != nil {
		return nil, err
	}
	var moves []Move
	for _, file := range database.Files(aside) {
		moves = append(moves, Move{From: db + strings.TrimPrefix(file, aside), To: file})
	}
	if database.Exists(aside) {
		_ = database.WriteAbout(aside, about) // a full disk costs the version in a list, not the reset
	}
	return moves, statefile.SyncFolder(filepath.Dir(db))
}

// interrupted is the name that an earlier reset was giving this database when it was killed: its
// write-ahead log has moved, the database itself has not. Both must end under one name. A start
// since then has forgotten the name, and the two belong together no longer.
func interrupted(r fsm.Record, db string) string {
	aside := r.Database.Aside
	if !strings.HasPrefix(aside, db+database.ResetKind) || !database.MovedInPart(db, aside) {
		return ""
	}
	return aside
}
