package actions

import (
	"os"
	"time"

	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/fsm"
)

// inputs are what a driver waits for: what goroutines post, and timers.
type inputs struct {
	inbox  chan delivery
	timers timers[fsm.Event]
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

// arm starts a timer. It is stopped by release or by the next arm; a late one is known by its Seq.
func (i *inputs) arm(e fsm.Effect) {
	in := fsm.Input{Event: e.Event, Seq: e.Seq, Run: e.Run}
	i.timers.arm(e.Event, e.After, func() { i.inbox <- delivery{Input: in} })
}

// timers are armed, each in place of an earlier one for the same.
type timers[For comparable] map[For]*time.Timer

func (t timers[For]) arm(what For, after fsm.Millis, fire func()) {
	if old := t[what]; old != nil {
		old.Stop()
	}
	t[what] = time.AfterFunc(millis(after), fire)
}

func (t timers[For]) stop() {
	for _, timer := range t {
		timer.Stop()
	}
}

// refused is the input that an act ends with if err is why it could not be done.
func refused(event fsm.Event, err error) fsm.Input {
	return fsm.Input{Event: event, Code: cause.Of(err), Detail: err.Error()}
}
