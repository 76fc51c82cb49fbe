package actions

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"unicode/utf8"

	"golang.org/x/sys/unix"

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
	if reason := w.takeDatabase(s.DB, onWait); reason != "" {
		return fsm.Input{Event: fsm.LockDenied, Detail: reason}
	}
	if reason := takenPort(s, nil, onWait); reason != "" {
		return fsm.Input{Event: fsm.PortTaken, Detail: reason}
	}
	if err := probes.Reachable(s.IP); err != nil {
		return fsm.Input{Event: fsm.PortTaken, Detail: err.Error()}
	}
	found := contents{known: e.Record.Known}
	if !w.hadOpen(s.DB) {
		found = contentsOf(s.DB, e.Record.Known)
	}
	if found.refusal != "" {
		return fsm.Input{Event: fsm.LockDenied, Detail: found.refusal}
	}
	return fsm.Input{
		Event: fsm.LockAcquired, Fresh: s.DB != "" && !exists(s.DB), Half: found.half, Known: found.known, Version: w.versions.Of(s.TemporalBin),
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
			return fsm.Input{Event: fsm.LockDenied, Detail: err.Error()}
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
// guard its SQLite file by itself. It returns why not, empty for success.
func (w *World) takeDatabase(db string, onWait func()) string {
	if w.run.dbLock != nil {
		w.run.dbLock.Close()
		w.run.dbLock = nil
	}
	if db == "" {
		return ""
	}
	lock, refusal, err := lockDatabase(db, onWait)
	switch {
	case err != nil:
		return err.Error()
	case refusal != "":
		return refusal
	}
	w.run.dbLock = lock
	if w.tree.awaited > 0 {
		return "" // a database that our own tree had is nobody else's
	}
	return servedByOther(db)
}

// lockDatabase takes a database's lock. A refusal says why this database cannot be
// had; an error is the system's. onWait is called before a pause.
func lockDatabase(db string, onWait func()) (lock *os.File, refusal string, err error) {
	if reason := Unfit(db); reason != "" {
		return nil, reason, nil
	}
	path, err := databaseLock(db)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Sprintf("database %s %s: %s is not there", db, NoFolder, filepath.Dir(db)), nil
	}
	if err != nil {
		return nil, "", err
	}
	lock, err = acquireSoon(path, onWait)
	switch {
	case errors.Is(err, ErrHeld):
		return nil, fmt.Sprintf("database %s is in use by %s", db, holderOf(path)), nil
	case err != nil:
		return nil, "", fmt.Errorf("database: %w", err)
	}
	return lock, "", nil
}

// What is wrong in a refusal of a database, for who says what to do.
const (
	NoFile     = "is not a file"
	NotToUse   = "may not be read and written by this user"
	SecondName = "has a second name (a hard link)"
	// NotTemporals is what another program has written.
	NotTemporals = "is not Temporal's"
	NoFolder     = "has no folder"
	ReadOnly     = "is on a file system that is mounted read-only"
	// ClosedFolder stands for a folder in which SQLite cannot make its journal.
	ClosedFolder = "lies in a folder that this user may not write to"
	// TooLong and NotUTF8 are paths that the system takes, and SQLite or Temporal does not.
	TooLong = "has a path that is too long for SQLite"
	NotUTF8 = "has a path that is not UTF-8"
)

// longestDatabase is how many bytes a database's path may have: SQLite has room for 512,
// and wants 8 of them for the journal's name (SQLITE_MAX_PATHLEN, sqlite3PagerOpen).
const longestDatabase = 504

// Unfit says why a path cannot be that of Temporal's database, empty if it can, whether a
// file is there or not: Temporal or SQLite does not take the path, it is no file, it or
// its folder may not be written, or it has a hard link, since no lock beside it could keep
// away a server that opens it under its other name.
func Unfit(db string) string {
	if !utf8.ValidString(db) {
		return fmt.Sprintf("database %q %s", db, NotUTF8)
	}
	if lock, err := databaseLock(db); err == nil {
		if max(len(db), len(realDatabase(db))) > longestDatabase {
			return fmt.Sprintf("database %s %s: it has more than %d bytes", db, TooLong, longestDatabase)
		}
		switch folder := filepath.Dir(lock); unix.Access(folder, unix.W_OK|unix.X_OK) {
		case unix.EROFS:
			return fmt.Sprintf("database %s %s", db, ReadOnly)
		case unix.EACCES:
			return fmt.Sprintf("database %s %s: %s", db, ClosedFolder, folder)
		}
	}
	info, err := os.Stat(db)
	if err != nil {
		return ""
	}
	if !info.Mode().IsRegular() {
		return fmt.Sprintf("database %s %s", db, NoFile)
	}
	switch unix.Access(db, unix.R_OK|unix.W_OK) {
	case unix.EROFS:
		return fmt.Sprintf("database %s %s", db, ReadOnly)
	case unix.EACCES, unix.EPERM: // EPERM: chattr +i
		return fmt.Sprintf("database %s (mode %04o) %s", db, info.Mode().Perm(), NotToUse)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Nlink > 1 {
		return fmt.Sprintf("database %s %s, under which another server could open it", db, SecondName)
	}
	return ""
}

// servedByOther finds what no lock tells: a Temporal that was started without
// us, or whose lock file was deleted.
func servedByOther(db string) string {
	for _, h := range probes.Servers(db) {
		return openInOther(db, h)
	}
	return ""
}

func openInOther(db string, h probes.Holder) string {
	return fmt.Sprintf("database %s is open in another Temporal, %s", db, Describe(h))
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

// Need is a port that Temporal needs, and the flag that names it.
type Need struct {
	Flag string
	Port int
}

// Needs returns the ports of settings that are not left to chance.
func Needs(s fsm.Settings) []Need {
	needs := []Need{{"port", s.Port}, {"ui-port", s.UIPort}, {"http-port", s.HTTPPort}, {"metrics-port", s.MetricsPort}}
	return slices.DeleteFunc(needs, func(n Need) bool { return n.Port == 0 || n.Flag == "ui-port" && s.Headless })
}

// takenPort names a port that Temporal needs and another program has, with its owner. It is
// empty if all are free, or if ours, which may be nil, is true of every owner. onWait is
// called before a pause.
func takenPort(s fsm.Settings, ours func(*probes.Listener, int) bool, onWait func()) string {
	for _, n := range Needs(s) {
		if reason := portReason(s.IP, n, ours, onWait); reason != "" {
			return reason
		}
	}
	return ""
}

func portReason(ip string, n Need, ours func(*probes.Listener, int) bool, onWait func()) (reason string) {
	flag, port := n.Flag, n.Port
	whileDying(onWait, func(last bool) bool {
		listener, err := probes.Listening(ip, port)
		switch {
		case err != nil:
			reason = fmt.Sprintf("--%s %d: %v", flag, port, err)
		case listener == nil, ours != nil && ours(listener, port):
			reason = ""
		default:
			reason = fmt.Sprintf("port %d (--%s) is taken on %s by %s", port, flag, listener.Address, owner(listener))
			return last || alive(listener.PID)
		}
		return true
	})
	return reason
}

// EndedConnection is the owner of a port that is about to be free.
const EndedConnection = "a connection that has ended, for which the kernel keeps it for up to a minute"

func owner(l *probes.Listener) string {
	switch {
	case l.Ended:
		return EndedConnection
	case l.PID == 0:
		return "a program that may not be looked into"
	case l.Instance != "":
		return fmt.Sprintf("the Temporal of home %s (pid %d)", l.Instance, l.PID)
	}
	return processText(l.PID, l.Command)
}

// Address is where Temporal's frontend listens.
func Address(s fsm.Settings) string { return probes.HostPort(s.IP, s.Port) }
