package actions

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

// takeLocks takes temporal.lock and the database's lock and looks at the ports.
// What it has already it keeps: after a tree's end the lock is ours at once.
func (w *World) takeLocks(e fsm.Effect) fsm.Input {
	if !w.ensureSupervisorLock() {
		return fsm.Input{Event: fsm.LockLost}
	}
	w.home.MendFolders()
	if w.tree.own != nil && !leadsTo(w.home.Lock(), w.tree.own) {
		w.tree.own.Close() // the file was deleted or replaced while it ran
		w.tree.own = nil
	}
	if w.tree.own == nil && w.tree.guard != nil && leadsTo(w.home.Lock(), w.tree.guard) {
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
	if err := takenPort(s, nil, onWait); err != nil {
		return refused(fsm.PortTaken, err)
	}
	if err := probes.Reachable(s.IP); err != nil {
		return refused(fsm.PortTaken, err)
	}
	half, err := contentsOf(s.DB)
	if err != nil {
		return refused(fsm.LockDenied, err)
	}
	return fsm.Input{
		Event: fsm.LockAcquired, BeforeSpawn: fsm.BeforeSpawn{Fresh: s.DB != "" && !exists(s.DB), Half: half, Version: w.versions.Of(s.TemporalBin)},
	}
}

// onWait returns what is called before the driver pauses, as a lock or a port is about to
// come free: the record of Locking, so far only noted, is written then, for whoever looks.
func (w *World) onWait(r fsm.Record) func() {
	return sync.OnceFunc(func() { w.save(fsm.Effect{Do: fsm.DoSave, Record: r}) })
}

// takeLock takes temporal.lock. An input without an event means that it is ours.
// A refusal is looked into before it is believed: somebody may have had the lock
// for an instant.
func (w *World) takeLock(r fsm.Record) fsm.Input {
	for range evidenceTries {
		lock, err := Acquire(w.home.Lock())
		if err == nil {
			w.tree.own = lock
			return fsm.Input{}
		}
		if !errors.Is(err, ErrHeld) {
			return refused(fsm.LockDenied, err)
		}
		switch evidence := Observe(w.home, r); evidence.Owner {
		case fsm.OwnerOurs, fsm.OwnerLeftover:
			return fsm.Input{Event: fsm.OrphanFound, Process: evidence.Leader, Detail: "temporal.lock is held by our own Temporal"}
		case fsm.OwnerForeign:
			return fsm.Input{Event: fsm.LockDenied, Detail: "temporal.lock is held by " + evidence.Holder}
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
	lock, err := lockDatabase(db, onWait)
	if err != nil {
		return err
	}
	w.run.dbLock = lock
	if w.tree.awaited > 0 {
		return nil // a database that our own tree had is nobody else's
	}
	return servedByOther(db)
}

// lockDatabase takes a database's lock. A fsm.Refusal says why this database cannot be
// had; any other error is the system's. onWait is called before a pause.
func lockDatabase(db string, onWait func()) (*os.File, error) {
	if err := Unfit(db); err != nil {
		return nil, err
	}
	path, err := databaseLock(db)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, unfit(fsm.CodeDatabaseNoFolder, "database %s has no folder: %s is not there", db, filepath.Dir(db))
	}
	if err != nil {
		return nil, err
	}
	lock, err := acquireSoon(path, onWait)
	switch {
	case errors.Is(err, ErrHeld):
		return nil, unfit(fsm.CodeDatabaseInUse, "database %s is in use by %s", db, holderOf(path))
	case err != nil:
		return nil, fmt.Errorf("database: %w", err)
	}
	return lock, nil
}

// servedByOther finds what no lock tells: a Temporal that was started without
// us, or whose lock file was deleted.
func servedByOther(db string) error {
	for _, h := range probes.Servers(db) {
		return openInOther(db, h)
	}
	return nil
}

func openInOther(db string, h probes.Holder) error {
	return unfit(fsm.CodeDatabaseInUse, "database %s is open in another Temporal, %s", db, Describe(h))
}

func holderOf(path string) string {
	holders, err := holdersOf(path)
	if err != nil || len(holders) == 0 {
		return "another program"
	}
	return lockHolder(holders[0])
}

func lockHolder(h probes.Holder) string {
	if h.Instance != "" {
		return fmt.Sprintf("the Temporal of home %s, %s", h.Instance, Describe(h))
	}
	return Describe(h)
}

// need is a port that Temporal needs, and the flag that names it.
type need struct {
	flag string
	port int
}

// portsOf are the ports of settings that are not left to chance.
func portsOf(s fsm.Settings) []need {
	needs := []need{{"port", s.Port}, {"http-port", s.HTTPPort}, {"metrics-port", s.MetricsPort}}
	if !s.Headless {
		needs = append(needs, need{"ui-port", s.UIPort})
	}
	return slices.DeleteFunc(needs, func(n need) bool { return n.port == 0 })
}

// takenPort names a port that Temporal needs and another program has, with its owner. It is
// nil if all are free, or if ours, which may be nil, is true of every owner. onWait is
// called before a pause.
func takenPort(s fsm.Settings, ours func(*probes.Listener, int) bool, onWait func()) error {
	for _, n := range portsOf(s) {
		if err := checkPort(s.IP, n, ours, onWait); err != nil {
			return err
		}
	}
	return nil
}

func checkPort(ip string, n need, ours func(*probes.Listener, int) bool, onWait func()) (refusal error) {
	flag, port := n.flag, n.port
	whileDying(onWait, func(last bool) bool {
		listener, err := probes.Listening(ip, port)
		switch {
		case err != nil:
			refusal = unfit(codeOfPort(err, port), "--%s %d: %v", flag, port, err)
		case listener == nil, ours != nil && ours(listener, port):
			refusal = nil
		default:
			code := fsm.CodePortTaken
			if listener.Ended {
				code = fsm.CodePortEnding
			}
			refusal = unfit(code, "port %d (--%s) is taken on %s by %s", port, flag, listener.Address, owner(listener))
			return last || alive(listener.PID)
		}
		return true
	})
	return refusal
}

// codeOfPort is CodeOf for the error of listening on a port. A port that any user may have is
// refused for another reason than its number.
func codeOfPort(err error, port int) fsm.Code {
	if code := CodeOf(err); code != fsm.CodePortPrivileged || port < probes.FirstUnprivileged {
		return code
	}
	return fsm.CodePortRefused
}

func owner(l *probes.Listener) string {
	switch {
	case l.Ended:
		return "a connection that has ended, for which the kernel keeps it for up to a minute"
	case l.PID == 0:
		return "a program that may not be looked into"
	case l.Instance != "":
		return fmt.Sprintf("the Temporal of home %s (pid %d)", l.Instance, l.PID)
	}
	return processText(l.PID, l.Command)
}

// Address is where Temporal's frontend listens.
func Address(s fsm.Settings) string { return probes.HostPort(s.IP, s.Port) }
