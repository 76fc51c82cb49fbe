package actions

import (
	"fmt"

	"github.com/stigmer/local/fsm"
)

// save makes the record durable. The failure of a save that is not required is only logged: what
// follows it is safe without, and a stop must work on a full disk. Every act but the lock's
// follows a save, so save also checks that this process still is the driver.
func (w *World) save(e fsm.Effect) (fsm.Input, bool) {
	if !w.ensureSupervisorLock() {
		return fsm.Input{Event: fsm.LockLost}, true
	}
	w.record.document.Record = e.Record
	w.note(e)
	w.record.document.Paths = w.home.Paths()
	err := w.record.write(w.record.found(), e.Durable) //mutation:record-written
	if err != nil {
		w.log.Error("record not saved", "error", err, "required", e.Required)
	}
	if err == nil || !e.Required {
		return fsm.Input{}, false
	}
	return refused(fsm.SaveFailed, fmt.Errorf("the record cannot be saved: %w", err)), true
}

// note adds a transition to the history and the log, if there is one.
func (w *World) note(e fsm.Effect) {
	if t := e.Transition; t.From != "" {
		w.record.document = w.record.document.Add(t)
		w.log.Info("transition", "from", t.From, "event", t.Event, "to", t.To, "cause", t.Cause)
	}
}
