package actions

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// Only a loop that turns answers, and a question waits for it once.
func TestBeatIsAnsweredByTheLoop(t *testing.T) {
	w := newLife(t).World
	answers := 0
	for range 3 * cap(w.inputs.inbox) {
		w.Beat(func() { answers++ }) // a queue of them would block here
	}
	stage.Is(t, "answers of a loop that stands", answers, 0)
	w.Post(fsm.Input{Event: fsm.ProbeDue})
	stage.Is(t, "next input", w.Next().Event, fsm.ProbeDue)
	stage.Is(t, "answers", answers, 1)
	w.Beat(func() { answers++ })
	w.Post(fsm.Input{Event: fsm.ProbeDue})
	w.Next()
	stage.Is(t, "answers to the next question", answers, 2)
}

// A loop that copies a database is busy for as long as that takes, and no fault.
func TestBeatIsAnsweredWhileADatabaseIsCopied(t *testing.T) {
	w := newLife(t).World
	db := filepath.Join(t.TempDir(), "d.db")
	stage.Check(t, unix.Mkfifo(db, 0o600))
	copied := make(chan fsm.Input, 1)
	go func() {
		in, _ := w.backUp(fsm.Effect{Record: fsm.Record{Database: fsm.Database{Path: db, Version: "1.0.0"}}})
		copied <- in
	}()
	file, err := os.OpenFile(db, os.O_WRONLY, 0) // this takes until a process reads
	stage.Check(t, err)
	answered := false
	w.Beat(func() { answered = true })
	stage.Is(t, "answered", answered, true)
	stage.Check(t, file.Close())
	stage.Is(t, "event", stage.Within(t, "the copy", copied).Event, "")
	w.Beat(func() { t.Error("answered although the loop stands") })
}

func TestTransitionsAreObserved(t *testing.T) {
	w := newLife(t).World
	var seen []fsm.State
	w.observer.Recorded = func(d statefile.Document) { seen = append(seen, d.History[len(d.History)-1].To, d.State) }
	w.Perform(fsm.Effect{Do: fsm.DoSave, Record: fsm.Record{State: fsm.Locking, Generation: 1},
		Transition: fsm.Transition{From: fsm.Stopped, Event: fsm.Start, To: fsm.Locking}})
	w.Perform(fsm.Effect{Do: fsm.DoSave, Record: fsm.Record{State: fsm.Locking, Generation: 2}}) // not a transition
	stage.Is(t, "observed", len(seen), 2)
	stage.Is(t, "to", seen[0], fsm.Locking)
	stage.Is(t, "record", seen[1], fsm.Locking)
	// What is only noted is observed as well; what had to be saved and could not be is not.
	w.Perform(fsm.Effect{Do: fsm.DoNote, Record: fsm.Record{State: fsm.Restarting, Generation: 3},
		Transition: fsm.Transition{From: fsm.Healthy, Event: fsm.Exited, To: fsm.Restarting}})
	stage.Is(t, "observed", len(seen), 4)
	in, refused := w.Perform(fsm.Effect{Do: fsm.DoSave, Record: fsm.Record{State: "no state", Generation: 4}, Required: true,
		Transition: fsm.Transition{From: fsm.Starting, Event: fsm.ProbePassed, To: fsm.Healthy}})
	stage.Is(t, "refused", refused && in.Event == fsm.SaveFailed, true)
	stage.Is(t, "observed", len(seen), 4)
}
