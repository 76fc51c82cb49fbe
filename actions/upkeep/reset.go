package upkeep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// lockPatience is how long a reset waits for supervisor.lock: another stop may have it for an
// instant, a supervisor has it for good.
const lockPatience = 2 * time.Second

// NotStoppedError says that a home is not as stopped as an act on its files needs.
type NotStoppedError struct {
	// Reason says what runs or is wanted instead.
	Reason string
}

func (e NotStoppedError) Error() string { return e.Reason }

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
	supervisorLock, err := takeSupervisorLock(home)
	if err != nil {
		return nil, err
	}
	defer supervisorLock.Close()
	document, err := evidence.Recover(home)
	if err != nil {
		return nil, err
	}
	lock, err := provenStopped(home, document.Record)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	if now := database.Of(home, document.Record); now != db {
		return nil, NotStoppedError{fmt.Sprintf("another command has changed the database to %s meanwhile", now)}
	}
	real, guard, err := guardDatabase(db)
	if err != nil {
		return nil, err
	}
	defer guard.Close()
	return setDatabaseAside(home, document, real, cause)
}

// takeSupervisorLock takes it for an act that needs a stopped home. It tries
// again and again: a wait in flock could not be given up, and would take the lock
// after this command has said that it could not have it.
func takeSupervisorLock(home statefile.Home) (*os.File, error) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), lockPatience,
		NotStoppedError{"a supervisor, or another command, is at work: supervisor.lock is held"})
	defer cancel()
	return lockfile.TakeUntil(ctx, home.SupervisorLock())
}

// provenStopped returns temporal.lock, which proves that nothing of a Temporal
// lives, if the record agrees.
func provenStopped(home statefile.Home, r fsm.Record) (*os.File, error) {
	if r.State != fsm.Stopped || r.Desired == fsm.WantRunning {
		return nil, NotStoppedError{fmt.Sprintf("another command was faster: the state is %s, wanted is %s", r.State, r.Desired)}
	}
	e, lock := evidence.ObserveLocked(home, r)
	switch {
	case e.Owner != fsm.OwnerNone:
		return nil, NotStoppedError{"temporal.lock is held by " + holderText(e)}
	case lock == nil:
		return lockfile.Take(home.Lock()) // its file could not be made: the error says why
	}
	return lock, nil
}

func holderText(e fsm.Evidence) string {
	if e.Holder != "" {
		return e.Holder
	}
	return fmt.Sprintf("a Temporal of this home (pid %d)", e.Leader.PID)
}

// guardDatabase returns the file that a database's name leads to, and its lock.
func guardDatabase(db string) (string, *os.File, error) {
	guard, err := database.Lock(db, func() {})
	if refusal, ok := errors.AsType[fsm.Refusal](err); ok {
		return "", nil, NotStoppedError{refusal.Reason}
	}
	if err != nil {
		return "", nil, err
	}
	if err := database.ServedByOther(db); err != nil {
		guard.Close()
		return "", nil, NotStoppedError{err.Error()}
	}
	return database.Real(db), guard, nil
}

// setDatabaseAside records what it is about to do, and does it. A database that
// is made or put back later is one of which nothing is known, so that none of
// them is taken for a half-made one of our own.
func setDatabaseAside(home statefile.Home, document statefile.Document, db, cause string) ([]Move, error) {
	now := time.Now()
	aside := interrupted(document.Record, db)
	if aside == "" {
		var err error
		if aside, err = database.AsideName(db, ".reset-", now); err != nil {
			return nil, err
		}
	}
	if document.Generation > 0 {
		document.Database = fsm.Database{Aside: aside}
		document.Generation++
		document.Reason = cause + ": the database is moved to " + aside
		document = document.Add(fsm.Transition{At: fsm.Instant(now.UnixMilli()), From: fsm.Stopped, Event: fsm.Resumed, To: fsm.Stopped, Cause: document.Reason})
		if err := (statefile.File{Home: home}).Save(document); err != nil {
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
	return moves, statefile.SyncFolder(filepath.Dir(db))
}

// interrupted is the name that an earlier reset was giving this database when it was killed: its
// write-ahead log has moved, the database itself has not. Both must end under one name. A start
// since then has forgotten the name, and the two belong together no longer.
func interrupted(r fsm.Record, db string) string {
	aside := r.Database.Aside
	if !strings.HasPrefix(aside, db+".reset-") || !database.MovedInPart(db, aside) {
		return ""
	}
	return aside
}
