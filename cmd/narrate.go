package cmd

import (
	"github.com/hashicorp/go-hclog"

	"github.com/stigmer/local/fsm"
)

// toldCommand logs each step of a command, for --verbose.
type toldCommand struct {
	fsm.CommandWorld
	log hclog.Logger
}

// tellCommand wraps a command's world where its log has room for steps.
func tellCommand(w fsm.CommandWorld, log hclog.Logger) fsm.CommandWorld {
	if !log.IsDebug() {
		return w
	}
	return toldCommand{w, log}
}

// Carry logs what is about to be done.
func (t toldCommand) Carry(d fsm.CommandEffect) {
	switch d.Do {
	case fsm.ActArm:
		t.log.Debug("carry", "ask", d.Do, "for", d.Input, "after", seconds(d.After))
	case fsm.ActFinish:
		t.log.Debug("carry", "ask", d.Do, "end", d.Outcome.Result, "detail", d.Outcome.Detail)
	default:
		t.log.Debug("carry", "ask", d.Do, "driver", d.Driver.PID)
	}
	t.CommandWorld.Carry(d)
}

// Look logs what has been seen.
func (t toldCommand) Look() fsm.CommandInput {
	s := t.CommandWorld.Look()
	t.log.Debug("saw", "what", s.Kind, "state", s.Record.State, "driver", s.Driver.PID, "detail", either(s.Holder, s.Detail))
	return s
}

// toldDriver logs each step of a driver, for --verbose.
type toldDriver struct {
	fsm.World
	log hclog.Logger
}

// tellDriver wraps a driver's world where its log has room for steps.
func tellDriver(w fsm.World, log hclog.Logger) fsm.World {
	if !log.IsDebug() {
		return w
	}
	return toldDriver{w, log}
}

// Perform logs what is about to be done.
func (t toldDriver) Perform(e fsm.Effect) (fsm.Input, bool) {
	t.log.Debug("perform", "effect", e.Do, "event", e.Event, "after", seconds(e.After), "run", e.Run)
	return t.World.Perform(e)
}

// Next logs what has happened.
func (t toldDriver) Next() fsm.Input {
	in := t.World.Next()
	t.log.Debug("input", "event", in.Event, "detail", in.Detail, "run", in.Run)
	return in
}
