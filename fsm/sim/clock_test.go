package sim

import (
	"slices"

	"github.com/stigmer/local/fsm"
)

// simClock is what the clocks show, and the time that has truly passed. They stand still but for
// the turns: steps take no time, and when a timer fires is up to the search.
type simClock struct {
	tick, wall fsm.Instant // monotonic, and of the record
	real       fsm.Instant // no process in the world can read it
	set        int         // how often the wall clock was set back
	slept      bool
	near       bool // it was set back by no more than a window
}

const simNow fsm.Instant = 1_000_000_000

// The turns of the clock. A machine that slept, and whose clock is then set back by
// as much, cannot know that time has passed: the two are not combined.
const (
	turnWindow = iota // Temporal serves until the window has passed
	turnStable        // Temporal serves for a stable run
	turnSleep         // the machine sleeps until the window has passed
	turnNear          // the clock is set back by a window
	turnFar           // the clock is set back by far
)

// turns lists what the clock may do. It is read when a run has ended and when its
// tree is gone: a turn comes to the same as late before that as it can, while its
// driver has nothing to do.
func (w *simWorld) turns(add func(op byte, who, arg int)) {
	serves, ends := false, false
	w.eachDriver(func(_ int, d *simDriver) {
		idle := d.begun && !d.frozen && len(d.effects)+len(d.pending)+len(d.answers)+len(d.inbox) == 0
		serves = serves || idle && d.served != 0 && (d.s.State == fsm.Healthy || d.s.State == fsm.Degraded)
		ends = ends || idle && d.s.State == fsm.Restarting && !d.s.Gone
	})
	either := serves || ends
	for turn, may := range []bool{serves, serves, either && !w.clock.near, either && !w.clock.slept, either} {
		if may {
			add(opClock, 0, turn)
		}
	}
}

func (n *simWorld) turn(k int) {
	c, window := &n.clock, fsm.Instant(simPolicy.RestartWindow)
	pass := func(span fsm.Instant) { c.tick, c.wall, c.real = c.tick+span, c.wall+span, c.real+span }
	switch k {
	case turnWindow:
		pass(window)
	case turnStable:
		pass(fsm.Instant(simPolicy.StableAfter))
	case turnSleep:
		c.wall, c.real, c.slept = c.wall+window, c.real+window, true
	case turnNear:
		c.wall, c.set, c.near = c.wall-window, c.set+1, true
	case turnFar:
		c.wall, c.set = c.wall-100*window, c.set+1
	}
	n.say("%s", []string{"Temporal serves until the window has passed", "Temporal serves for a stable run", "the machine sleeps until the window has passed",
		"the clock is set back by a window", "the clock is set back by a hundred windows"}[k])
}

// recent counts what truly was within the window.
func (c simClock) recent(times []fsm.Instant) int {
	n := 0
	for _, at := range times {
		if c.real-at < fsm.Instant(simPolicy.RestartWindow) {
			n++
		}
	}
	return n
}

// budgets holds what a step has decided on a restart against the truth. That restarts end is the
// rule of maySpawn.
func (w *simWorld) budgets(d *simDriver, before *simSup, on fsm.Event) {
	s := d.s
	requested := slices.Contains([]fsm.Event{fsm.Stop, fsm.StopNow, fsm.LockDenied, fsm.PortTaken, fsm.SaveFailed, fsm.Untied}, on)
	// A caretaker goes on with the count of the dead supervisor: only a start begins a fresh one.
	if n := w.clock.recent(d.restarts); !d.caretaker && before.Desired == fsm.WantRunning && s.Desired == fsm.WantStopped && !requested &&
		s.Restarts.Unserved < simPolicy.UnservedLimit && n < simPolicy.RestartLimit {
		w.breaks("%s gives up after %d restarts in the window", who(d.uid), n)
	}
	if s.Run != before.Run {
		d.served = 0
	}
	if s.Restarts.Total == before.Restarts.Total+1 {
		d.restarts = with(d.restarts, w.clock.real)
		w.backsOff(d)
	}
}

// backsOff: the first restart after a stable run is immediate, and no other.
func (w *simWorld) backsOff(d *simDriver) {
	stable := d.served != 0 && w.clock.tick-d.served >= fsm.Instant(simPolicy.StableAfter)
	for _, e := range d.effects {
		if e.do == fsm.DoArm && e.event == fsm.BackoffElapsed && stable != (e.after == 0) {
			w.breaks("%s backs off for %d ms after a run that was stable: %t", who(d.uid), e.after, stable)
		}
	}
}
