package actions

import (
	"os"
	"slices"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

// noteDatabase notes, as soon as there is one, which file Temporal has open. The
// kernel is asked, and not the path, since the file there may have been replaced
// before anybody looked. Whoever calls it knows that Temporal serves, and so that it
// has its database open, and keeps it so.
func (w *World) noteDatabase(db string) {
	if w.database != nil || db == "" {
		return
	}
	if there, err := os.Stat(db); err == nil && w.opened(w.document.Record, there) {
		w.database = there
	}
}

// databaseReplaced tells when the database's path does not lead to the file that
// Temporal has open: what clients write then goes to a file without a name.
func (w *World) databaseReplaced(db string) string {
	if db == "" {
		return ""
	}
	w.noteDatabase(db)
	if there, err := os.Stat(db); err == nil && w.database != nil && os.SameFile(there, w.database) {
		return ""
	}
	return "the database " + db + " was deleted or replaced while Temporal runs, and what is written now is lost: move it back, or stigmer local restart"
}

// opened reports whether Temporal has a file open: its leader or, behind a
// wrapper, another process of the tree, which all hold temporal.lock. Where it
// cannot be told it is true.
func (w *World) opened(r fsm.Record, file os.FileInfo) bool {
	if probes.HasOpen(r.Temporal.PID, file) {
		return true
	}
	tree, err := probes.Holders(lockPath(w.home, r)) // all of them, not the leader alone
	return err != nil || slices.ContainsFunc(tree, func(h probes.Holder) bool { return probes.HasOpen(h.Process.PID, file) })
}
