package actions

import (
	"os"
	"slices"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

// keepsDatabase reports whether the database's path leads to the file that Temporal
// has open, and notes that file as soon as there is one. A file is noted only if the
// kernel says that it is open, as the path may lead elsewhere before anybody looks, and
// forgotten when it is no longer: Temporal may have opened another one for a moment,
// while the path led there. Whoever calls it knows that Temporal serves, and so that it
// has a database open.
func (w *World) keepsDatabase(db string) bool {
	there, err := os.Stat(db)
	if err != nil {
		return false
	}
	known := w.database != nil && (os.SameFile(there, w.database) || w.opened(w.database))
	if !known && w.opened(there) {
		known, w.database = true, there
	}
	return known && os.SameFile(there, w.database)
}

// lost adds to the answer of a Temporal that serves whether the database's path leads to
// the file that it has open: if not, what clients write goes to a file without a name.
func (w *World) lost(in fsm.Input) fsm.Input {
	db := w.document.Settings.DB
	if in.Event != fsm.Probed || !in.Verdict.Ready || db == "" || w.keepsDatabase(db) {
		return in
	}
	in.Verdict.Ready, in.Verdict.Lost = false, true
	in.Detail = "the database " + db + " was deleted or replaced while Temporal runs, and what is written now is lost: move it back, or stigmer local restart"
	return in
}

// opened reports whether Temporal has a file open: its leader or, behind a wrapper,
// another process of the tree, which all hold temporal.lock or are of the leader's group.
// Where it cannot be told it is true.
func (w *World) opened(file os.FileInfo) bool {
	r := w.document.Record
	if probes.HasOpen(r.Temporal.PID, file) {
		return true
	}
	holders, err := probes.Holders(lockPath(w.home, r)) // all of them, not the leader alone
	return err != nil ||
		slices.ContainsFunc(holders, func(h probes.Holder) bool { return probes.HasOpen(h.Process.PID, file) }) ||
		slices.ContainsFunc(probes.Group(r.Temporal.PGID), func(p fsm.Process) bool { return probes.HasOpen(p.PID, file) })
}
