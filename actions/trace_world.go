package actions

import (
	"os"
	"sync"
	"time"

	"github.com/stigmer/local/fsm"
)

// World returns a driver's world of which each effect and each wait is written
// down until Temporal is Healthy or Stopped for the first time.
func (t *Trace) World(w *World) fsm.World {
	if t == nil {
		return w
	}
	return &tracedWorld{World: w, trace: t}
}

type tracedWorld struct {
	*World
	trace *Trace
}

// Perform carries out one effect.
func (w *tracedWorld) Perform(e fsm.Effect) (fsm.Input, bool) {
	end := w.trace.Span(LaneMain, effectName(e))
	in, answered := w.World.Perform(e)
	end()
	if in.Event == fsm.Spawned {
		w.reached = w.trace.born(in.Process.PID)
	}
	if to := e.Transition.To; e.Do == fsm.DoSave && (to == fsm.Healthy || to == fsm.Stopped) {
		w.trace.Close()
	}
	return in, answered
}

func effectName(e fsm.Effect) string {
	if e.Transition.From == "" {
		return string(e.Do)
	}
	name := string(e.Do) + " " + string(e.Transition.From) + " -> " + string(e.Transition.To)
	if e.Durable {
		name += " (durable)"
	}
	return name
}

// Next waits for the next input.
func (w *tracedWorld) Next() fsm.Input {
	began := time.Now()
	in := w.World.Next()
	w.trace.Past(os.Getpid(), LaneMain, "wait: "+string(in.Event), began, time.Now())
	return in
}

// born notes Temporal's first moments, as the probes see them, each once: until the
// port accepts, until it is SERVING, until the namespaces answer, until history and
// matching answer.
func (t *Trace) born(pid int) (reached func(milestone string)) {
	t.write(traceName(pid, "temporal"))
	since, seen := time.Now(), map[string]bool{}
	var once sync.Mutex // a probe that was given up may still be under way
	return func(milestone string) {
		once.Lock()
		defer once.Unlock()
		if !seen[milestone] {
			now := time.Now()
			t.Past(pid, LaneMain, milestone, since, now)
			since, seen[milestone] = now, true
		}
	}
}

// Desk returns a command's world of which each deed and each wait is written down.
func (t *Trace) Desk(d *Desk) fsm.CommandWorld {
	if t == nil {
		return d
	}
	return &tracedDesk{d, t}
}

type tracedDesk struct {
	*Desk
	trace *Trace
}

// Carry carries out one deed.
func (d *tracedDesk) Carry(deed fsm.CommandEffect) {
	defer d.trace.Span(LaneMain, string(deed.Do))()
	d.Desk.Carry(deed)
}

// Look waits for the next sight.
func (d *tracedDesk) Look() fsm.CommandInput {
	began := time.Now()
	in := d.Desk.Look()
	d.trace.Past(os.Getpid(), LaneMain, "wait: "+string(in.Kind)+" "+string(in.Record.State), began, time.Now())
	return in
}
