package sim

import (
	"slices"

	"github.com/stigmer/local/fsm"
)

// The simulated world writes its history by these, where a run is to be heard.

// heard reports whether a driver is heard. A command that drives does not report each step.
func (w *simWorld) heard(d *simDriver) bool {
	return w.run.hear != nil && slices.Contains(w.drivers, d)
}

func (w *simWorld) tellsBegin(d *simDriver, r *simRec, hold fsm.LockOwner, leader simProc) {
	if w.heard(d) {
		w.run.hear(w, d.uid, func(name naming) string {
			return beginLine(r.Record, fsm.Evidence{Owner: hold, Leader: leader.full(), Untied: d.told}, name)
		})
	}
}

// tellsInput is called after the step: an input without an effect came too late.
func (w *simWorld) tellsInput(d *simDriver, in simInput) {
	if w.heard(d) && len(d.effects) > 0 {
		w.run.hear(w, d.uid, func(name naming) string { return inputLine(in.full(), name) })
	}
}

func (w *simWorld) tellsEffect(d *simDriver, e *simEffect) {
	if w.run.hear == nil {
		return
	}
	var look func() scene
	if w.heard(d) {
		look = func() scene { return w.sceneOf(d.uid) }
	}
	effect := fsm.Effect{Do: e.do, Transition: fsm.Transition{From: e.from, Event: e.on, To: e.to}}
	if line := effectLine(effect, look); line != nil {
		w.run.hear(w, d.uid, line)
	}
}

func (w *simWorld) tellsSight(c *simCmd, in simSight) {
	if w.run.hear != nil {
		w.run.hear(w, c.uid, func(name naming) string { return commandLine(in.full(), name) })
	}
}

func (w *simWorld) tellsDeed(c *simCmd, deed *simDeed) {
	if w.run.hear != nil && c.half == 0 {
		e := fsm.CommandEffect{Do: deed.ask, Driver: deed.driver.full(), Outcome: fsm.Outcome{Result: deed.end}}
		if line := deedLine(e, c.mine, func() scene { return w.sceneOf(c.uid) }); line != nil {
			w.run.hear(w, c.uid, line)
		}
	}
}

// sceneOf is what a process sees of a world.
func (w *simWorld) sceneOf(uid uint64) scene {
	s := scene{drives: slices.Contains(w.supervisorLock, uid)}
	if w.disk.There && !w.disk.Torn {
		s.record = w.disk.Rec.Record
	}
	if w.lock != 0 {
		s.holders = append(s.holders, w.process(w.lock).full())
	}
	for _, m := range w.members() {
		if m.locks {
			s.holders = append(s.holders, m.proc.full())
		}
	}
	return s
}
