package actions

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// adopt prepares the watch on a Temporal that another supervisor spawned.
func (w *World) adopt(e fsm.Effect) {
	w.child = nil
	w.logFrom = size(w.home.Log())
	w.openWaiter()
}

// openWaiter opens the file at the lock's path for a wait on the tree's end,
// where the spawn has not done so.
func (w *World) openWaiter() {
	if w.waiter != nil {
		return
	}
	waiter, err := openLock(w.home.Lock())
	if err != nil {
		w.log.Error("lock not opened for the wait", "error", err)
		return
	}
	w.waiter = waiter
}

// watch waits for the leader's exit and for the tree's end, each in a goroutine
// that ends with what it waits for and tells it by Post.
func (w *World) watch(e fsm.Effect) {
	w.writePID(e.Process)
	w.await(e)
	child, from := w.child, w.logFrom
	go func() {
		in := fsm.Input{Event: fsm.Exited, Run: e.Run}
		if child != nil {
			in.Exit = exitOf(child)
		} else if err := waitExit(e.Process); err != nil {
			// Without a wake-up for the leader the tree's end is the news.
			w.log.Error("exit not watched", "pid", e.Process.PID, "error", err)
			return
		}
		in.Tail = tail(w.home.Log(), from)
		w.Post(in)
	}()
}

// await waits in a blocking flock for the tree's end, once for each run. The
// wait returns holding the lock, so nobody can come in between.
func (w *World) await(e fsm.Effect) {
	if w.awaited == e.Run {
		return
	}
	w.openWaiter()
	w.awaited, w.over = e.Run, make(chan struct{})
	waiter := w.waiter
	w.waiter = nil
	if waiter == nil {
		return
	}
	go func() {
		if err := flock(waiter, unix.LOCK_EX); err != nil {
			w.log.Error("tree's end not watched", "error", err)
			return
		}
		w.inbox <- delivery{Input: fsm.Input{Event: fsm.Gone, Run: e.Run}, lock: waiter}
	}()
}

// exitOf reaps the child: the one place that waits for it.
func exitOf(child *exec.Cmd) fsm.Exit {
	err := child.Wait()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		return fsm.Exit{}
	}
	status, ok := child.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case !ok:
		return fsm.Exit{}
	case status.Signaled():
		return fsm.Exit{Known: true, Code: 128 + int(status.Signal()), Signal: unix.SignalName(status.Signal())}
	}
	return fsm.Exit{Known: true, Code: status.ExitStatus()}
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

// ask probes once in a goroutine that ends within the probe's timeout.
func (w *World) ask(e fsm.Effect) {
	if e.Record.State != fsm.Starting {
		w.restore()
	}
	settings, replaced := e.Record.Settings, w.lockReplaced()
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), millis(settings.Policy.Timeout))
		defer cancel()
		answer := probes.Endpoint{Address: Address(settings), Namespaces: settings.Namespaces.List()}.Ask(ctx)
		if replaced != "" && answer.Verdict.Ready {
			answer.Verdict.Ready, answer.Detail = false, replaced
		}
		w.Post(fsm.Input{Event: fsm.Probed, Seq: e.Seq, Verdict: answer.Verdict, Detail: answer.Detail})
	}()
}

// lockReplaced tells when the lock's path no longer leads to a locked file: it
// was deleted or replaced, and would not keep a second Temporal away.
func (w *World) lockReplaced() string {
	if _, err := os.Lstat(w.home.Lock()); errors.Is(err, os.ErrNotExist) {
		return "temporal.lock was deleted while Temporal runs; restart makes it anew"
	}
	return ""
}

// term ends a run: SIGTERM to the group, and to descendants that left it. What
// is gone already is told at once.
func (w *World) term(e fsm.Effect) {
	if w.lock != nil {
		w.Post(fsm.Input{Event: fsm.Gone, Run: e.Run})
		return
	}
	w.await(e)
	w.signal(e, unix.SIGTERM)
}

// kill repeats SIGKILL until the lock is free: what forks while it is looked
// for is found the next time.
func (w *World) kill(e fsm.Effect) {
	over := w.over
	go func() {
		for {
			w.signal(e, unix.SIGKILL)
			select {
			case <-over:
				return
			case <-time.After(killAgain):
			}
		}
	}()
}

// killAgain is the pause between two rounds of SIGKILL.
const killAgain = 50 * time.Millisecond

func (w *World) signal(e fsm.Effect, sig unix.Signal) {
	if _, err := signalGroup(w.home, e.Record.Temporal, sig); err != nil {
		w.log.Error("group not signalled", "pgid", e.Record.Temporal.PGID, "signal", unix.SignalName(sig), "error", err)
	}
	escaped, err := signalEscaped(w.home, e.Record, sig)
	if err != nil {
		w.log.Error("descendant not signalled", "error", err)
	}
	if escaped > 0 {
		w.log.Info("descendants outside the group signalled", "count", escaped, "signal", unix.SignalName(sig))
	}
}
