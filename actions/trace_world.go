package actions

import (
	"cmp"
	"os"
	"sync"
	"time"

	"github.com/stigmer/local/fsm"
)

// World returns a driver's world of which each effect and each input is logged, for
// --verbose, and written into the trace until Temporal is Healthy or Stopped for the
// first time. The trace may be nil.
func (t *Trace) World(w *World) fsm.World { return &observedWorld{World: w, trace: t} }

type observedWorld struct {
	*World
	trace *Trace
}

// Perform carries out one effect.
func (w *observedWorld) Perform(e fsm.Effect) (fsm.Input, bool) {
	w.log.Debug("perform", "effect", e.Do, "event", e.Event, "after", millis(e.After), "run", e.Run)
	end := w.trace.Span(LaneMain, effectName(e))
	in, answered := w.World.Perform(e)
	end()
	if in.Event == fsm.Spawned && w.trace != nil {
		w.onMilestone = w.trace.born(in.Process.PID)
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
func (w *observedWorld) Next() fsm.Input {
	began := time.Now()
	in := w.World.Next()
	w.trace.Past(os.Getpid(), LaneMain, "wait: "+string(in.Event), began, time.Now())
	w.log.Debug("input", "event", in.Event, "detail", in.Detail, "run", in.Run)
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

// Client returns a command's world of which each effect and each sight is logged, for
// --verbose, and written into the trace, which may be nil.
func (t *Trace) Client(d *Client) fsm.CommandWorld { return &observedDesk{d, t} }

type observedDesk struct {
	*Client
	trace *Trace
}

// Carry carries out one effect.
func (d *observedDesk) Carry(effect fsm.CommandEffect) {
	switch effect.Do {
	case fsm.ActArm:
		d.config.Log.Debug("carry", "ask", effect.Do, "for", effect.Input, "after", millis(effect.After))
	case fsm.ActFinish:
		d.config.Log.Debug("carry", "ask", effect.Do, "end", effect.Outcome.Result, "detail", effect.Outcome.Detail)
	default:
		d.config.Log.Debug("carry", "ask", effect.Do, "driver", effect.Driver.PID)
	}
	defer d.trace.Span(LaneMain, string(effect.Do))()
	d.Client.Carry(effect)
}

// Look waits for the next sight.
func (d *observedDesk) Look() fsm.CommandInput {
	began := time.Now()
	s := d.Client.Look()
	d.trace.Past(os.Getpid(), LaneMain, "wait: "+string(s.Kind)+" "+string(s.Record.State), began, time.Now())
	d.config.Log.Debug("saw", "what", s.Kind, "state", s.Record.State, "driver", s.Driver.PID, "detail", cmp.Or(s.Holder, s.Detail))
	return s
}
