package actions

import (
	"errors"
	"os"
	"time"

	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/temporal"
)

// ask probes in a goroutine: once, or, while Temporal starts, until it serves. A probe that
// has no answer within its timeout goes on beside the next ones: see question.
func (w *World) ask(e fsm.Effect) {
	settings, unlocked := e.Record.Settings, ""
	if e.Record.State != fsm.Starting {
		w.checkHome(settings.Policy.LivenessDeadline)
		if !w.ensureSupervisorLock() {
			w.Post(fsm.Input{Event: fsm.LockLost})
			return
		}
		w.record.restore() //mutation:record-restored
		unlocked = w.lockReplaced()
	}
	w.logs.KeepOwn()
	w.logs.Look()
	w.questions.endEarlier(e.Run)
	q := &question{world: w, effect: e, unlocked: unlocked, process: e.Record.Temporal.PID}
	q.endpoint = temporal.Endpoint{Address: launch.Address(settings), Namespaces: settings.Namespaces.List(), Reached: w.run.reached, Known: q.note}
	go q.run(w.questions.add(q))
}

// lockReplaced takes temporal.lock anew if its file was deleted or replaced. Temporal then keeps
// the lock of a file without a name, and the driver takes the new one, so that no other process
// can. It returns why that failed, empty for success.
func (w *World) lockReplaced() string {
	_, err := os.Lstat(w.home.Lock())
	if err == nil && w.tree.file == (files.ID{}) || w.tree.file.IsAt(w.home.Lock()) {
		return ""
	}
	if w.tree.guard != nil && files.LeadsTo(w.home.Lock(), w.tree.guard) {
		return ""
	}
	guard, err := lockfile.Take(w.home.Lock())
	if err != nil {
		return "temporal.lock was deleted or replaced while Temporal runs, and cannot be taken anew: " + err.Error()
	}
	w.log.Warn("temporal.lock was deleted or replaced, and taken anew")
	if w.tree.guard != nil {
		w.tree.guard.Close()
	}
	w.tree.guard = guard
	return ""
}

// checkHome stops Temporal when its home was deleted: when it is gone for so long that it
// was not only moved for a moment.
func (w *World) checkHome(patience fsm.Millis) {
	switch _, err := os.Stat(string(w.home)); {
	case !errors.Is(err, os.ErrNotExist):
		w.homeMissingSince = time.Time{}
	case w.homeMissingSince.IsZero():
		w.homeMissingSince = time.Now()
	case time.Since(w.homeMissingSince) >= millis(patience):
		w.Stop(fsm.Stop, "the home was deleted")
	}
}

// ensureSupervisorLock takes supervisor.lock anew if the file at its path was deleted or
// replaced. It reports false if another process was faster: that process drives now, and this
// one must not.
func (w *World) ensureSupervisorLock() bool {
	path := w.home.SupervisorLock()
	if files.LeadsTo(path, w.supervisorLock) {
		return true
	}
	lock, err := lockfile.Take(path)
	switch {
	case err == nil:
		w.log.Warn("supervisor.lock was deleted or replaced, and taken anew")
		w.supervisorLock.Close() // a process that waits for it opens the new one
		w.supervisorLock = lock
	case errors.Is(err, lockfile.ErrHeld):
		w.log.Error("supervisor.lock was replaced, and another driver has the new one")
		return false
	default:
		w.log.Error("supervisor.lock was deleted or replaced", "error", err)
	}
	return true
}
