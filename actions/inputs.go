package actions

import (
	"os"
	"time"

	"github.com/stigmer/local/fsm"
)

// inputs are what a driver waits for: what goroutines post, and timers.
type inputs struct {
	inbox  chan delivery
	timers map[fsm.Event]*time.Timer
	// began is the zero of the monotonic clock.
	began time.Time
}

// delivery is an input, or a beat and no input.
type delivery struct {
	fsm.Input
	// ended says that the tree is gone, and lock is its lock, which came over with that
	// unless its file was deleted.
	ended bool
	lock  *os.File
	beat  func()
}

// arm starts a timer; one that is armed for the same event is replaced. It is
// stopped by release or by the next arm; a late one is known by its Seq.
func (i *inputs) arm(e fsm.Effect) {
	if old := i.timers[e.Event]; old != nil {
		old.Stop()
	}
	in := fsm.Input{Event: e.Event, Seq: e.Seq, Run: e.Run}
	i.timers[e.Event] = time.AfterFunc(millis(e.After), func() { i.inbox <- delivery{Input: in} })
}

func (i *inputs) stopTimers() {
	for _, timer := range i.timers {
		timer.Stop()
	}
}

// refused is the input that an act ends with if err is why it could not be done.
func refused(event fsm.Event, err error) fsm.Input {
	return fsm.Input{Event: event, Code: CodeOf(err), Detail: err.Error()}
}
