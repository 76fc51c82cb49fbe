package actions

import (
	"errors"
	"sync"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/rehearsal"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/ports"
)

// takeLocks takes temporal.lock and the database's lock and checks the ports.
// What it has already it keeps: after a tree's end the lock is ours at once.
func (w *World) takeLocks(e fsm.Effect) fsm.Input {
	if !w.ensureSupervisorLock() {
		return fsm.Input{Event: fsm.LockLost}
	}
	w.home.MendFolders()
	if w.tree.own != nil && !files.LeadsTo(w.home.Lock(), w.tree.own) {
		w.tree.own.Close() // the file was deleted or replaced while it ran
		w.tree.own = nil
	}
	if w.tree.own == nil && w.tree.guard != nil && files.LeadsTo(w.home.Lock(), w.tree.guard) {
		w.tree.own, w.tree.guard = w.tree.guard, nil
	}
	if w.tree.own == nil {
		if refusal := w.takeLock(e.Record); refusal.Event != "" {
			return refusal
		}
	}
	s := e.Record.Settings
	onWait := w.onWait(e.Record)
	if err := w.takeDatabase(s.DB, onWait); err != nil {
		return refused(fsm.LockDenied, err)
	}
	if err := takenPort(e.Record.Asked(), nil, onWait); err != nil {
		return refused(fsm.PortTaken, err)
	}
	if err := ports.Reachable(s.IP); err != nil {
		return refused(fsm.PortTaken, err)
	}
	drawn, err := observePorts(e.Record, onWait)
	if err != nil {
		return refused(fsm.PortTaken, err)
	}
	found, program := w.contents(e.Record)
	if found.Refusal != nil {
		return refused(fsm.LockDenied, found.Refusal)
	}
	return fsm.Input{
		Event: fsm.LockAcquired,
		BeforeSpawn: fsm.BeforeSpawn{
			Fresh: s.DB != "" && !database.Exists(s.DB), File: database.Name(s.DB), Changes: database.Changes(s.DB), Half: found.Half,
			Known: found.Known, Version: program.Version, Ports: drawn,
		},
	}
}

// contents reads what the database holds, and whether the program may open it. The file that the last
// Temporal of this driver served from needs no look, unless the program is another one by now.
func (w *World) contents(r fsm.Record) (database.Contents, fsm.Fitness) {
	s, version := r.Settings, w.programs.Of(w.home, r).Version
	found := database.Contents{Known: r.Known}
	if !w.hadOpen(s.DB) || version != r.Database.Version {
		found = database.ReadContents(s.DB, r.Known)
	}
	program := rehearsal.Known(w.home, s.TemporalBin, version, found.Known.Schema)
	if found.Refusal == nil {
		found.Refusal = fsm.JudgeSchema(s.DB, r.Database, r.Known, found.Known, program)
	}
	return found, program
}

// onWait returns what is called before the driver pauses, as a lock or a port is about to come
// free: the record of Locking, so far only noted, is written then, for commands that read it.
func (w *World) onWait(r fsm.Record) func() {
	return sync.OnceFunc(func() { w.save(fsm.Effect{Do: fsm.DoSave, Record: r}) })
}

// takeLock takes temporal.lock. An input without an event means that it is ours. A refusal is
// examined before it is believed: another process may have held the lock for an instant.
func (w *World) takeLock(r fsm.Record) fsm.Input {
	for range evidence.Tries {
		lock, err := lockfile.Take(w.home.Lock())
		if err == nil {
			w.tree.own = lock
			return fsm.Input{}
		}
		if !errors.Is(err, lockfile.ErrHeld) {
			return refused(fsm.LockDenied, err)
		}
		switch seen := evidence.Observe(w.home, r); seen.Owner {
		case fsm.OwnerOurs, fsm.OwnerLeftover:
			return fsm.Input{Event: fsm.OrphanFound, Process: seen.Leader, Detail: "temporal.lock is held by our own Temporal"}
		case fsm.OwnerForeign:
			return fsm.Input{Event: fsm.LockDenied, Detail: "temporal.lock is held by " + seen.Holder}
		}
	}
	return fsm.Input{Event: fsm.LockDenied, Detail: "temporal.lock is taken and given back again and again by another program"}
}

// takeDatabase locks the database against a second server: Temporal does not
// guard its SQLite file by itself.
func (w *World) takeDatabase(db string, onWait func()) error {
	if w.run.dbLock != nil {
		w.run.dbLock.Close()
		w.run.dbLock = nil
	}
	if db == "" {
		return nil
	}
	lock, err := database.Lock(db, onWait)
	if err != nil {
		return err
	}
	w.run.dbLock = lock
	if w.tree.awaited > 0 {
		return nil // a database that our own tree had has no other owner
	}
	return database.ServedByOther(db)
}
