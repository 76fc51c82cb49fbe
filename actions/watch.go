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
	w.openWaiter(e.Record)
}

// openWaiter opens the lock file that a Temporal holds which this driver did not
// spawn, for the wait on the tree's end.
func (w *World) openWaiter(r fsm.Record) {
	if w.waiter != nil {
		return
	}
	var err error
	if w.waiter, w.held, err = reopen(lockPath(w.home, r)); err != nil {
		w.log.Error("lock not opened for the wait", "error", err)
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
	child, from := w.child, w.logFrom
	go func() {
		in := fsm.Input{Event: fsm.Exited, Run: e.Run}
		if child != nil {
			in.Exit = exitOf(child)
		} else if _, err := waitExit(e.Process, -1); err != nil {
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
	w.openWaiter(e.Record)
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
		w.seeOff(e.Process)
		w.inbox <- delivery{Input: fsm.Input{Event: fsm.Gone, Run: e.Run}, lock: waiter}
	}()
}

// lastGasp is how long a leader may be seen after the lock has come free: a dying
// process gives its descriptors back one by one, and then goes.
const lastGasp = time.Second

// seeOff waits until the leader has gone as well. One that lives on has given
// the lock away; it is ended, if it is the recorded one and carries our mark.
func (w *World) seeOff(p fsm.Process) {
	gone, err := waitExit(p, lastGasp)
	if gone || err != nil || p.PID <= 1 || probes.Instance(p.PID) != string(w.home) {
		return
	}
	w.log.Warn("Temporal lives on without its lock, and is killed", "pid", p.PID)
	if err := signalOne(p, unix.SIGKILL); err != nil {
		w.log.Error("leader not signalled", "pid", p.PID, "error", err)
		return
	}
	waitExit(p, lastGasp)
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
	settings, replaced := e.Record.Settings, ""
	if e.Record.State != fsm.Starting {
		w.keepSeat()
		w.restore()
		replaced = w.lockReplaced()
	}
	w.rotateLogs()
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

// lockReplaced makes a lock file good that was deleted or replaced under
// Temporal, which keeps the lock of a file without a name: the driver takes the
// new one, so that nobody else can. It says why not, empty for success.
func (w *World) lockReplaced() string {
	there, err := os.Lstat(w.home.Lock())
	if err == nil && (w.held == nil || os.SameFile(there, w.held)) {
		return ""
	}
	if w.guard != nil && leadsTo(w.home.Lock(), w.guard) {
		return ""
	}
	guard, err := Acquire(w.home.Lock())
	if err != nil {
		return "temporal.lock was deleted or replaced while Temporal runs, and cannot be taken anew: " + err.Error()
	}
	w.log.Warn("temporal.lock was deleted or replaced, and taken anew")
	if w.guard != nil {
		w.guard.Close()
	}
	w.guard = guard
	return ""
}

// keepSeat looks whether supervisor.lock is still the file at its path. If it was
// deleted or replaced, the new one is taken as well; if somebody else was faster,
// that one drives now, and this driver must not.
func (w *World) keepSeat() {
	path := w.home.SupervisorLock()
	if leadsTo(path, w.seat) {
		return
	}
	if _, err := os.Stat(string(w.home)); errors.Is(err, os.ErrNotExist) {
		w.StopNow("the home was deleted", 0)
		return
	}
	seat, err := Acquire(path)
	switch {
	case err == nil:
		w.log.Warn("supervisor.lock was deleted or replaced, and taken anew")
		w.seat = seat
	case errors.Is(err, ErrHeld):
		w.log.Error("supervisor.lock was replaced, and another driver has the new one")
		w.Post(fsm.Input{Event: fsm.Deposed})
	default:
		w.log.Error("supervisor.lock was deleted or replaced", "error", err)
	}
}

// rotateLogs bounds both logs on disk. A full disk only costs the rotation.
func (w *World) rotateLogs() {
	for _, path := range []string{w.home.Log(), w.home.SupervisorLog()} {
		if err := rotate(path, logLimit); err != nil {
			w.log.Warn("log not rotated", "error", err)
		}
	}
}

// term ends a run: SIGTERM to the group, and to descendants that left it. What
// is gone already is told at once.
func (w *World) term(e fsm.Effect) {
	if w.lock != nil {
		w.Post(fsm.Input{Event: fsm.Gone, Run: e.Run})
		return
	}
	w.await(e)
	w.signal(e, w.held, unix.SIGTERM)
}

// kill repeats SIGKILL until the lock is free: what forks while it is looked
// for is found the next time. A stranger that holds the lock round after round is
// not killed: the tree has gone, and the stranger was faster than this driver.
func (w *World) kill(e fsm.Effect) {
	over, held := w.over, w.held
	go func() {
		for strange := 0; ; {
			err := w.signal(e, held, unix.SIGKILL)
			if stranger, ok := errors.AsType[strangerError](err); !ok {
				strange = 0
			} else if strange++; strange == strangeRounds {
				w.Post(fsm.Input{Event: fsm.LockDenied, Detail: stranger.Error()})
				return
			}
			select {
			case <-over:
				return
			case <-time.After(killAgain):
			}
		}
	}()
}

// killAgain is the pause between two rounds of SIGKILL; strangeRounds of them are
// waited for before a stranger is believed to stay.
const (
	killAgain     = 50 * time.Millisecond
	strangeRounds = 20
)

// signal signals what holds the lock file held, wherever its path leads now. It
// returns why what is left was not signalled.
func (w *World) signal(e fsm.Effect, held os.FileInfo, sig unix.Signal) error {
	if held == nil {
		return nil
	}
	if _, err := signalGroup(held, e.Record.Temporal, sig); err != nil {
		w.log.Error("group not signalled", "pgid", e.Record.Temporal.PGID, "signal", unix.SignalName(sig), "error", err)
	}
	escaped, err := signalEscaped(w.home, held, e.Record, sig)
	if err != nil {
		w.log.Error("descendant not signalled", "error", err)
	}
	if escaped > 0 {
		w.log.Info("descendants outside the group signalled", "count", escaped, "signal", unix.SignalName(sig))
	}
	return err
}
