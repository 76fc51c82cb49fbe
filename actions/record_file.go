package actions

import (
	"errors"
	"io/fs"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// recordFile is the record of one driver, which alone may write it: what the record is to
// say, and what is known of the file. Its methods belong to the goroutine that drives.
type recordFile struct {
	file     statefile.File
	log      hclog.Logger
	document statefile.Document
	// unsaved says that the last write failed, so that the record on disk is older.
	unsaved bool
	// put is the file that the last write made, and proven the one that was read since
	// and is this driver's.
	put, proven statefile.Stamp
	// unsynced counts the writes that are not durable yet.
	unsynced atomic.Int64
}

// found is what is wrong with the record in the place of which the next one is put. One
// that this driver has put there itself, and that is still the same file, is right.
func (r *recordFile) found() error {
	if r.put != (statefile.Stamp{}) && r.file.Stamp() == r.put {
		return nil
	}
	_, err := r.file.Load()
	return err
}

// write writes the record over what was found in its place: what is damaged is
// set aside first, and what a newer version has written is left alone. One that
// need not be durable at once is made so in the background.
func (r *recordFile) write(found error, durable bool) error {
	if newer, ok := errors.AsType[statefile.NewerError](found); ok {
		r.log.Warn("record left alone", "error", newer)
		return nil
	}
	if statefile.Damaged(found) {
		if _, err := r.file.SetAside(); err != nil {
			return err
		}
	}
	placed, err := r.file.Place(r.document, durable)
	if err == nil && !durable {
		r.syncSoon()
	}
	r.unsaved, r.put = err != nil, placed
	return err
}

// syncAfter is how long a put waits to be made durable. A restart puts its records within
// some milliseconds: they share one sync, which is out of the way of the spawn then and
// not in the way of the renames.
const syncAfter = 10 * time.Millisecond

// syncSoon makes the record that is there durable in a goroutine, which ends with
// that. Puts that follow one another before it is at work, or while, share one.
func (r *recordFile) syncSoon() {
	if r.unsynced.Add(1) > 1 {
		return
	}
	time.AfterFunc(syncAfter, func() {
		for n := r.unsynced.Load(); n > 0; n = r.unsynced.Add(-n) {
			if err := r.file.Sync(); err != nil && !errors.Is(err, fs.ErrNotExist) {
				r.log.Warn("record not made durable", "error", err)
			}
		}
	})
}

// restore writes the record anew if it could not be saved before, or if it was damaged,
// removed or exchanged: this driver alone may write it.
func (r *recordFile) restore() {
	stamp := r.file.Stamp()
	if !r.unsaved && stamp == r.proven && stamp != (statefile.Stamp{}) {
		return
	}
	document, err := r.file.Load()
	switch {
	case err == nil && !r.unsaved && r.wrote(document.Record):
		r.proven = stamp // an older file's, if it was replaced since: then the next probe reads again
		return
	case err == nil && !r.unsaved:
		if _, err := r.file.SetAside(); err != nil {
			r.log.Warn("record not set aside", "error", err)
		}
	case err != nil && !statefile.Damaged(err) && !errors.Is(err, fs.ErrNotExist):
		return
	}
	r.log.Warn("record written anew", "why", r.lacks(err))
	if err := r.write(err, true); err != nil {
		r.log.Error("record not saved", "error", err)
	}
}

// lacks says why the record is written anew, after what reading it has said.
func (r *recordFile) lacks(err error) string {
	switch {
	case err != nil:
		return err.Error()
	case r.unsaved:
		return "it could not be saved before"
	}
	return "another one was in its place"
}

// wrote reports whether a record is the one that this driver wrote last, by what
// others go by.
func (r *recordFile) wrote(seen fsm.Record) bool {
	own := r.document.Record
	return seen.Generation == own.Generation && seen.State == own.State && seen.Desired == own.Desired &&
		sameOrNone(seen.Temporal, own.Temporal) && sameOrNone(seen.Supervisor, own.Supervisor)
}

func sameOrNone(p, q fsm.Process) bool { return p == q || p.Same(q) }
