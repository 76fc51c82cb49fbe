package upkeep

import (
	"context"
	"errors"
	"fmt"
	"os"
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

// stopped is a home that is stopped and stays so until it is released: its record, and the locks
// that keep every command from starting a server on its database.
type stopped struct {
	home     statefile.Home
	document statefile.Document
	// real is the database's file, where its name leads to.
	real  string
	locks []*os.File
}

// hold takes the locks of a home whose database is db. A NotStoppedError says that another process
// was faster.
func hold(home statefile.Home, db string) (_ *stopped, err error) {
	h := &stopped{home: home}
	defer func() {
		if err != nil {
			h.release()
		}
	}()
	lock, err := takeSupervisorLock(home)
	if err != nil {
		return nil, err
	}
	h.locks = append(h.locks, lock)
	if h.document, err = evidence.Recover(home); err != nil {
		return nil, err
	}
	if lock, err = provenStopped(home, h.document.Record); err != nil {
		return nil, err
	}
	h.locks = append(h.locks, lock)
	if now := database.Of(home, h.document.Record); now != db {
		return nil, NotStoppedError{fmt.Sprintf("another command has changed the database to %s meanwhile", now)}
	}
	if h.real, lock, err = guardDatabase(db); err != nil {
		return nil, err
	}
	h.locks = append(h.locks, lock)
	return h, nil
}

// release gives the locks back, the last one first.
func (h *stopped) release() {
	for len(h.locks) > 0 {
		last := len(h.locks) - 1
		h.locks[last].Close()
		h.locks = h.locks[:last]
	}
}

// save records what is known of the database from now on, and why.
func (h *stopped) save(d fsm.Database, why string) error {
	next := h.document
	next.Database, next.Reason = d, why
	next.Generation++
	next = next.Add(fsm.Transition{At: fsm.Instant(time.Now().UnixMilli()), From: fsm.Stopped, Event: fsm.Resumed, To: fsm.Stopped, Cause: why})
	if err := (statefile.File{Home: h.home}).Save(next); err != nil {
		return err
	}
	h.document = next
	return nil
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
