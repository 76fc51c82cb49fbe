package actions

import (
	"errors"
	"io/fs"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// save makes the record durable. A save that is not required and fails is told
// in the log: what follows it is safe without, and a stop must work on a full
// disk. Every act but the lock's follows a save, so this is also where a driver looks
// whether it still is the one.
func (w *World) save(e fsm.Effect) (fsm.Input, bool) {
	if !w.keepSeat() {
		return fsm.Input{Event: fsm.LockLost}, true
	}
	w.document.Record = e.Record
	w.note(e)
	w.document.Paths = w.home.Paths()
	err := w.write(w.found(), e.Durable)
	if err != nil {
		w.log.Error("record not saved", "error", err, "required", e.Required)
	}
	if err == nil || !e.Required {
		w.passOn(e)
		return fsm.Input{}, false
	}
	return fsm.Input{Event: fsm.SaveFailed, Detail: "the record cannot be saved: " + err.Error()}, true
}

// note adds a transition to the history and the log, if there is one.
func (w *World) note(e fsm.Effect) {
	if t := e.Transition; t.From != "" {
		w.document = w.document.Add(t)
		w.log.Info("transition", "from", t.From, "event", t.Event, "to", t.To, "cause", t.Cause)
	}
}

// passOn tells who asked for it of a transition that is over: who hears of a Temporal
// that serves must not see it undone for want of a record.
func (w *World) passOn(e fsm.Effect) {
	if w.moved != nil && e.Transition.From != "" {
		w.moved(e.Transition, e.Record)
	}
}

// found is what is wrong with the record in the place of which the next one is put. One
// that this driver has put there itself, and that is still the same file, is right.
func (w *World) found() error {
	if w.put != (statefile.Stamp{}) && w.file.Stamp() == w.put {
		return nil
	}
	_, err := w.file.Load()
	return err
}

// write writes the record over what was found in its place: what is damaged is
// set aside first, and what a newer version has written is left alone. One that
// need not be durable at once is made so in the background.
func (w *World) write(found error, durable bool) error {
	if newer, ok := errors.AsType[statefile.NewerError](found); ok {
		w.log.Warn("record left alone", "error", newer)
		return nil
	}
	if damaged(found) {
		if _, err := w.file.SetAside(); err != nil {
			return err
		}
	}
	placed, err := w.file.Place(w.document, durable)
	if err == nil && !durable {
		w.syncSoon()
	}
	w.unsaved, w.put = err != nil, placed
	return err
}

// syncAfter is how long a put waits to be made durable. A restart puts its records within
// some milliseconds: they share one sync, which is out of the way of the spawn then and
// not in the way of the renames.
const syncAfter = 10 * time.Millisecond

// syncSoon makes the record that is there durable in a goroutine, which ends with
// that. Puts that follow one another before it is at work, or while, share one.
func (w *World) syncSoon() {
	if w.unsynced.Add(1) > 1 {
		return
	}
	time.AfterFunc(syncAfter, func() {
		for n := w.unsynced.Load(); n > 0; n = w.unsynced.Add(-n) {
			if err := w.file.Sync(); err != nil && !errors.Is(err, fs.ErrNotExist) {
				w.log.Warn("record not made durable", "error", err)
			}
		}
	})
}

func damaged(err error) bool {
	_, corrupt := errors.AsType[statefile.CorruptError](err)
	_, link := errors.AsType[statefile.SymlinkError](err)
	return corrupt || link
}

// restore writes the record anew if it could not be saved before, or if somebody
// damaged, removed or exchanged it: nobody but this driver may write it.
func (w *World) restore() {
	stamp := w.file.Stamp()
	if !w.unsaved && stamp == w.proven && stamp != (statefile.Stamp{}) {
		return
	}
	document, err := w.file.Load()
	switch {
	case err == nil && !w.unsaved && w.wrote(document.Record):
		w.proven = stamp // an older file's, if it was replaced since: then the next probe reads again
		return
	case err == nil && !w.unsaved:
		if _, err := w.file.SetAside(); err != nil {
			w.log.Warn("record not set aside", "error", err)
		}
	case err != nil && !damaged(err) && !errors.Is(err, fs.ErrNotExist):
		return
	}
	w.log.Warn("record written anew", "why", w.lacks(err))
	if err := w.write(err, true); err != nil {
		w.log.Error("record not saved", "error", err)
	}
}

// lacks says why the record is written anew, after what reading it has said.
func (w *World) lacks(err error) string {
	switch {
	case err != nil:
		return err.Error()
	case w.unsaved:
		return "it could not be saved before"
	}
	return "another one was in its place"
}

// wrote reports whether a record is the one that this driver wrote last, by what
// others go by.
func (w *World) wrote(r fsm.Record) bool {
	own := w.document.Record
	return r.Generation == own.Generation && r.State == own.State && r.Desired == own.Desired &&
		sameOrNone(r.Temporal, own.Temporal) && sameOrNone(r.Supervisor, own.Supervisor)
}

func sameOrNone(p, q fsm.Process) bool { return p == q || p.Same(q) }
