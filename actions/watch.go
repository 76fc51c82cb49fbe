package actions

import (
	"os"
	"time"

	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/host"
	"github.com/stigmer/local/probes/locks"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// adopt prepares the watch on a Temporal that another supervisor spawned.
func (w *World) adopt(e fsm.Effect) {
	w.run.child, w.run.reached, w.tree.members = nil, nil, nil
	w.run.logFrom = logfile.Size(w.home.Log())
	w.logs.Take(logfile.OpenRunning(w.home, e.Record.Temporal), nil)
	w.logs.Start()
	w.openWaiter(e.Record)
}

// openWaiter opens the lock file that a Temporal holds which this driver did not
// spawn, for the wait on the tree's end. A file that nothing can open is held all the
// same: then the exits of its holders are waited for.
func (w *World) openWaiter(r fsm.Record) {
	if w.tree.waiter != nil {
		return
	}
	lock := evidence.LockFile(w.home, r)
	if w.tree.file = lock.ID; lock.Path == "" {
		return
	}
	waiter, opened, err := lockfile.Reopen(lock.Path)
	switch {
	case err != nil:
		w.log.Error("lock not opened for the wait", "error", err)
	case opened != w.tree.file: // the path leads to another file by now
		waiter.Close()
	default:
		w.tree.waiter = waiter
	}
}

// watch waits for the leader's exit and for the tree's end, each in a goroutine that ends with
// what it waits for and posts it.
func (w *World) watch(e fsm.Effect) {
	w.writePID(e.Process)
	w.await(e)
	child, from, tree := w.run.child, w.run.logFrom, w.tree.end
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
		in.Tail = logfile.LastWords(w.home, from, in.Exit.Code != 0 && in.Exit.Signal == "")
		if e.Record.Settings.DB != "" {
			in.Code = cause.InText(cause.DatabaseSigns, in.Tail)
		}
		tree.waitUntilReported()
		w.Post(in)
	}()
}

// await waits for the tree's end, once for each run: in a blocking flock, which returns holding
// the lock, so that no process can take it in between.
func (w *World) await(e fsm.Effect) {
	if w.tree.awaited == e.Run { //mutation:tree-awaited
		return
	}
	w.openWaiter(e.Record)
	tree := newTreeEnd()
	w.tree.awaited, w.tree.end = e.Run, tree
	ours := w.run.child != nil
	waiter, held := w.tree.waiter, w.tree.file
	w.tree.waiter = nil
	if waiter == nil && held == (files.ID{}) {
		return
	}
	go func() {
		if err := awaitUnlocked(waiter, held); err != nil {
			w.log.Error("tree's end not watched", "error", err)
			return
		}
		tree.lockFree.Store(true)
		w.killOrphanedLeader(e.Process)
		if ours {
			tree.awaitReaped() // as a zombie it would be of the group, and every process examined
		}
		w.awaitGroup(tree, e.Process)
		tree.hasGone()
		w.inputs.inbox <- delivery{Input: fsm.Input{Event: fsm.Gone, Run: e.Run}, ended: true, lock: waiter}
		close(tree.reported)
	}()
}

// awaitUnlocked returns when nothing holds a lock file, with the lock held on waiter.
// Without a waiter no lock on the file is of use, as it was deleted: it waits for the exit
// of a holder, and searches again, each second at least, until none is left.
func awaitUnlocked(waiter *os.File, held files.ID) error {
	if waiter != nil {
		return lockfile.Flock(waiter, unix.LOCK_EX)
	}
	for {
		holders, err := locks.HoldersOf(held)
		if err != nil || len(holders) == 0 {
			return err
		}
		// A holder that closes the file and lives on is none any more: no event reports that.
		if _, _, err := procs.AwaitExit(holders[0].Process, exitGrace); err != nil {
			return err
		}
	}
}

// exitGrace is how long a leader may be seen after the lock has come free: an exiting process
// closes its descriptors one by one, and then goes. One that is known to be exiting is waited
// for exitGraces times more.
const (
	exitGrace  = time.Second
	exitGraces = 10
)

// killOrphanedLeader waits until the leader has gone as well. One that lives on has given
// the lock away; it is ended, if it is the recorded one and carries our mark.
func (w *World) killOrphanedLeader(p fsm.Process) {
	_, gone, err := procs.AwaitExit(p, exitGrace)
	for n := 0; n < exitGraces && !gone && err == nil && proc.Exiting(p.PID); n++ {
		_, gone, err = procs.AwaitExit(p, exitGrace) // a busy machine
	}
	if gone || err != nil || p.PID <= 1 || proc.Instance(p.PID) != string(w.home) {
		return
	}
	w.log.Warn("Temporal lives on without its lock, and is killed", "pid", p.PID)
	if err := procs.Signal(p, unix.SIGKILL); err != nil {
		w.log.Error("leader not signalled", "pid", p.PID, "error", err)
		return
	}
	_, _, _ = procs.AwaitExit(p, exitGrace)
}

func (w *World) writePID(p fsm.Process) {
	command := proc.CommandLine(p.PID)
	if command == "" {
		command = p.Exe
	}
	file := statefile.PIDFile{PID: p.PID, Command: command, StartedAt: time.UnixMilli(int64(p.StartedAt))}
	if err := statefile.WritePID(w.home.PID(), file); err != nil {
		w.log.Warn("PID file not written", "error", err)
	}
}
