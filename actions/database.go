package actions

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// checkDatabaseFile adds to the answer of a Temporal that serves whether the database's path leads to
// the file that it has open: if not, what clients write goes to a file without a name, and
// some of what is asked may fail for that. A doubt is left to the failure threshold, and is
// none while it starts: a server behind a wrapper may have its database where no check finds it.
func (w *World) checkDatabaseFile(in fsm.Input) fsm.Input {
	db := w.record.document.Settings.DB
	v, starts := in.Verdict, w.record.document.State == fsm.Starting
	if in.Event != fsm.Probed || db == "" || !v.Ready && (!v.Live || v.Waits) {
		return in
	}
	astray, certain := w.databaseMismatch(db)
	if astray == "" || !certain && (starts || !v.Ready) { //mutation:database-open
		return in
	}
	in.Verdict.Ready, in.Verdict.Lost, in.Detail = false, certain, "the database "+db+" "+astray
	return in
}

// databaseMismatch returns why a database's path does not seem to lead to the file that Temporal
// has open, empty if it does. It notes that file once the kernel says that it is open: the path
// may lead elsewhere by then. It forgets a file that is open no longer: Temporal may have opened
// another one while the path led there. The answer is certain where the noted file is still
// open, or where the leader is the Temporal CLI itself, which must have its database open.
func (w *World) databaseMismatch(db string) (why string, certain bool) {
	there, err := os.Stat(db)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "cannot be looked at: " + err.Error(), false
	}
	leadsTo := func(file os.FileInfo) bool { return err == nil && os.SameFile(there, file) }
	known := w.run.database != nil && (leadsTo(w.run.database.FileInfo) || w.treeHasOpen(w.run.database.FileInfo))
	if !known && err == nil && w.treeHasOpen(there) {
		known, w.run.database = true, &openDatabase{there, deviceAbove(db)}
	}
	if known && leadsTo(w.run.database.FileInfo) {
		return "", false
	}
	if known && deviceAbove(db) != w.run.database.device {
		return "is not to be seen any more, as its file system was unmounted, or another one mounted over it: mount it again", true
	}
	return "was deleted or replaced while Temporal runs, and what is written now is lost: move it back, or stigmer local restart",
		known || w.record.document.Temporal.IsCLI() || temporal.IsTemporal(w.record.document.Temporal.Exe)
}

// openDatabase is a database that Temporal has open, and the device of its folder.
type openDatabase struct {
	os.FileInfo
	device uint64
}

// deviceAbove is the device of the nearest folder above a path that is there, 0 if none can be
// read. The file's own says nothing: on an overlay it is another one than its folder's.
func deviceAbove(path string) uint64 {
	id, _ := files.IDAt(statefile.NearestFolder(filepath.Dir(path)))
	return id.Device
}

// treeHasOpen reports whether Temporal has a file open: its leader or, behind a wrapper,
// another process of the tree, which all hold temporal.lock, are of the leader's group, or
// carry the mark. It is true where that cannot be read.
func (w *World) treeHasOpen(file os.FileInfo) bool {
	r := w.record.document.Record
	if files.MayHaveOpen(r.Temporal.PID, file) {
		return true
	}
	holders, err := evidence.TreeHolders(w.home, r) // all of them, not the leader alone
	has := func(p fsm.Process) bool { return files.MayHaveOpen(p.PID, file) }
	return err != nil ||
		slices.ContainsFunc(holders, func(h proc.Info) bool { return has(h.Process) }) ||
		slices.ContainsFunc(proc.Group(r.Temporal.PGID), has) ||
		slices.ContainsFunc(proc.Marked(string(w.home)), has)
}

// hadOpen reports whether a path leads to the file that the last Temporal of this driver had open and
// served from: that one needs no check.
func (w *World) hadOpen(db string) bool {
	there, err := os.Stat(db)
	return err == nil && w.run.database != nil && os.SameFile(there, w.run.database.FileInfo) && w.record.document.Database.Served
}
