package actions

import (
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// adopt prepares the watch on a Temporal that another supervisor spawned.
func (w *World) adopt(e fsm.Effect) {
	w.child, w.members = nil, nil
	w.logFrom = size(w.home.Log())
	w.logs.take(openRunningLog(w.home, e.Record.Temporal), nil)
	w.logs.start()
	w.openWaiter(e.Record)
}

// openWaiter opens the lock file that a Temporal holds which this driver did not
// spawn, for the wait on the tree's end. A file that nothing can open is held all the
// same: then the exits of its holders are waited for.
func (w *World) openWaiter(r fsm.Record) {
	if w.waiter != nil {
		return
	}
	lock := lockFile(w.home, r)
	if w.held = lock.FileID; lock.Path == "" {
		return
	}
	waiter, opened, err := reopen(lock.Path)
	switch {
	case err != nil:
		w.log.Error("lock not opened for the wait", "error", err)
	case opened != w.held: // the path leads to another file by now
		waiter.Close()
	default:
		w.waiter = waiter
	}
}

func (w *World) closeWaiter() {
	if w.waiter != nil {
		w.waiter.Close()
		w.waiter = nil
	}
}

// watch waits for the leader's exit and for the tree's end, each in a goroutine
// that ends with what it waits for and tells it by Post.
func (w *World) watch(e fsm.Effect) {
	w.writePID(e.Process)
	w.await(e)
	child, from, tree := w.child, w.logFrom, w.tree
	go func() {
		in, memory := fsm.Input{Event: fsm.Exited, Run: e.Run}, host.WatchMemory(e.Process.PID)
		if child != nil {
			in.Exit = procs.Reap(child)
			close(tree.reaped)
		} else if exit, _, err := procs.AwaitExit(e.Process, -1); err != nil {
			// Without a wake-up for the leader the tree's end is the news.
			w.log.Error("exit not watched", "pid", e.Process.PID, "error", err)
			return
		} else {
			in.Exit = exit
		}
		if in.Exit.MayBeKilled() {
			in.Exit.Shortage = memory.Shortage()
		}
		in.Tail = lastWords(w.home, from, in.Exit.Code != 0 && in.Exit.Signal == "")
		tree.toldFirst()
		w.Post(in)
	}()
}

// treeEnd is how a tree ends: lockFree is set as soon as temporal.lock comes free, reaped
// is closed when our child has been reaped, lingers when members of the group live on
// without the lock, and told when the driver has heard of the end.
type treeEnd struct {
	lockFree              atomic.Bool
	reaped, lingers, told chan struct{}

	rounds sync.Mutex // held while a round of signals is under way
	gone   bool       // guarded by rounds: nothing is left to be signalled
}

func newTreeEnd() *treeEnd {
	return &treeEnd{reaped: make(chan struct{}), lingers: make(chan struct{}), told: make(chan struct{})}
}

// round does a round of signals, unless the tree has gone. The Temporal of the next run holds
// the same lock file and carries the same mark: a round that was still looking for what to
// signal would find it.
func (t *treeEnd) round(signal func()) bool {
	t.rounds.Lock()
	defer t.rounds.Unlock()
	if t.gone {
		return false
	}
	signal()
	return true
}

// hasGone returns when the last round of signals is over, and lets none begin.
func (t *treeEnd) hasGone() {
	t.rounds.Lock()
	defer t.rounds.Unlock()
	t.gone = true
}

// toldFirst returns when the driver has heard of the tree's end, if that is near. The
// kernel frees a process's locks before it tells of its exit (do_exit: exit_files, then
// exit_notify): heard in this order, both are one step, and written once.
func (t *treeEnd) toldFirst() {
	if !t.lockFree.Load() {
		return
	}
	select {
	case <-t.told:
	case <-t.lingers: // they are ended only after the exit is known
	}
}

// awaitReaped returns when our child has been reaped, or is late.
func (t *treeEnd) awaitReaped() {
	select {
	case <-t.reaped:
	case <-time.After(lastGasp):
	}
}

// await waits for the tree's end, once for each run: in a blocking flock, which returns
// holding the lock, so that nobody can come in between.
func (w *World) await(e fsm.Effect) {
	if w.awaited == e.Run {
		return
	}
	w.openWaiter(e.Record)
	tree := newTreeEnd()
	w.awaited, w.tree = e.Run, tree
	ours := w.child != nil
	waiter, held := w.waiter, w.held
	w.waiter = nil
	if waiter == nil && held == (probes.FileID{}) {
		return
	}
	go func() {
		if err := awaitUnlocked(waiter, held); err != nil {
			w.log.Error("tree's end not watched", "error", err)
			return
		}
		tree.lockFree.Store(true)
		w.seeOff(e.Process)
		if ours {
			tree.awaitReaped() // as a zombie it would be of the group, and every process looked at
		}
		w.awaitGroup(tree, e.Process)
		tree.hasGone()
		w.inbox <- delivery{Input: fsm.Input{Event: fsm.Gone, Run: e.Run}, ended: true, lock: waiter}
		close(tree.told)
	}()
}

// awaitUnlocked returns when nothing holds a lock file, with the lock held on waiter.
// Without a waiter no lock on the file is of use, as it was deleted: it waits for the exit
// of a holder, and looks again, each second at least, until none is left.
func awaitUnlocked(waiter *os.File, held probes.FileID) error {
	if waiter != nil {
		return flock(waiter, unix.LOCK_EX)
	}
	for {
		holders, err := probes.HoldersOf(held)
		if err != nil || len(holders) == 0 {
			return err
		}
		// A holder that closes the file and lives on is none any more: no event reports that.
		if _, _, err := procs.AwaitExit(holders[0].Process, lastGasp); err != nil {
			return err
		}
	}
}

// lastGasp is how long a leader may be seen after the lock has come free: a dying
// process gives its descriptors back one by one, and then goes. One that is known to
// be dying is waited for lastGasps times more.
const (
	lastGasp  = time.Second
	lastGasps = 10
)

// seeOff waits until the leader has gone as well. One that lives on has given
// the lock away; it is ended, if it is the recorded one and carries our mark.
func (w *World) seeOff(p fsm.Process) {
	_, gone, err := procs.AwaitExit(p, lastGasp)
	for n := 0; n < lastGasps && !gone && err == nil && probes.Dying(p.PID); n++ {
		_, gone, err = procs.AwaitExit(p, lastGasp) // a busy machine
	}
	if gone || err != nil || p.PID <= 1 || probes.Instance(p.PID) != string(w.home) {
		return
	}
	w.log.Warn("Temporal lives on without its lock, and is killed", "pid", p.PID)
	if err := procs.Signal(p, unix.SIGKILL); err != nil {
		w.log.Error("leader not signalled", "pid", p.PID, "error", err)
		return
	}
	_, _, _ = procs.AwaitExit(p, lastGasp)
}

func (w *World) writePID(p fsm.Process) {
	command := probes.CommandLine(p.PID)
	if command == "" {
		command = p.Exe
	}
	file := statefile.PIDFile{PID: p.PID, Command: command, StartedAt: time.UnixMilli(int64(p.StartedAt))}
	if err := statefile.WritePID(w.home.PID(), file); err != nil {
		w.log.Warn("PID file not written", "error", err)
	}
}
