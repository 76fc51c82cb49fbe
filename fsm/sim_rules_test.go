package fsm

import (
	"slices"
)

// maySpawn holds a spawn against the rules: with both locks, and with a record
// that names what is about to be begun.
func (w *simWorld) maySpawn(d *simDriver) {
	switch {
	case !d.hasLock:
		w.breaks("a spawn without temporal.lock")
	case !slices.Contains(w.seat, d.uid):
		w.breaks("a spawn without supervisor.lock")
	case d.s.Restarts.InWindow(simNow, simPolicy.RestartWindow) >= simPolicy.RestartLimit:
		w.breaks("a spawn although the restarts are spent")
	case w.fell:
	case w.disk.Rec.State != Starting || !w.disk.Rec.Supervisor.Same(w.process(d.uid)):
		w.breaks("a spawn while the record on disk says %s of the driver pid %d", w.disk.Rec.State, w.disk.Rec.Supervisor.PID)
	}
}

// saysTrue holds a record that is about to be saved against what is so.
func (w *simWorld) saysTrue(d *simDriver, e Effect) {
	pid := e.Record.Temporal.PID
	switch t := e.Transition; {
	case t.To == Healthy && d.proved != e.Record.Temporal.StartTicks:
		w.breaks("Healthy is said of pid %d, which never answered", pid)
	case t.To == Stopped && len(w.trees) > 0:
		w.breaks("Stopped is said while Temporal lives")
	case t.Event == Exited && w.leaderLives(e.Record.Temporal.StartTicks):
		w.breaks("pid %d is said to have exited, and lives", pid)
	}
}

// endIsTrue holds a stop's success against the kernel, at the moment at which it
// lets go of supervisor.lock.
func (w *simWorld) endIsTrue(c *simCmd) {
	if len(c.deeds) == 0 || c.deeds[0].Ask != AskFinish {
		return
	}
	o := c.deeds[0].Outcome
	overtaken := o.Detail != ""
	if (o.End == EndStopped || o.End == EndNothingRan) && !overtaken && (!c.mine || len(w.trees) > 0 || w.lock != 0) {
		w.breaks("%s says %q, but temporal.lock is not free", w.name(c.uid), o.End)
	}
}

// mayEnd: without a fault each command ends as it should.
func (w *simWorld) mayEnd(i int, c *simCmd, o Outcome) {
	if w.left != w.run.conf.Budget || w.run.fair || w.run.conf.Kind == simDeaf {
		return
	}
	var ends []Ends
	switch {
	case c.c.Verb == VerbStop:
		ends = []Ends{EndStopped, EndNothingRan}
	case slices.ContainsFunc(w.cmds, func(o *simCmd) bool { return o.uid != c.uid && o.c.Verb != VerbStart }):
		ends = []Ends{EndStarted, EndAlreadyRunning, EndStoppedMeant}
	case c.c.Verb == VerbStart:
		ends = []Ends{EndStarted, EndAlreadyRunning}
	default: // a start that comes between a restart's halves counts as its own
		ends = []Ends{EndStarted, EndAlreadyRunning}
	}
	if !slices.Contains(ends, o.End) {
		w.breaks("%s#%d ends with %q although nothing went wrong (%s)", c.c.Verb, i+1, o.End, o.Detail)
	}
}

// check holds a whole state against the rules.
func (w *simWorld) check() {
	alive := 0
	for _, t := range w.trees {
		if t.alive() {
			alive++
		}
	}
	if alive > 1 {
		w.breaks("two Temporals run")
	}
	driving := 0
	w.eachDriver(func(_ int, d *simDriver) {
		if d.begun && !d.s.Done {
			driving++
		}
		if !slices.Contains(w.seat, d.uid) {
			w.breaks("%s drives without supervisor.lock", w.name(d.uid))
		}
		if d.begun && !d.s.State.Known() {
			w.breaks("%s is in %q, which the table does not know", w.name(d.uid), d.s.State)
		}
	})
	if driving > 1 {
		w.breaks("two drivers drive")
	}
	r := w.disk.Rec
	if w.disk.There && !w.disk.Torn && (!r.State.Known() || r.Desired != WantRunning && r.Desired != WantStopped) {
		w.breaks("the record on disk says %q, wanted %q", r.State, r.Desired)
	}
	w.checkDiagnosis(r)
}

// checkDiagnosis is the state command, which only looks: it may run in any state.
func (w *simWorld) checkDiagnosis(r Record) {
	if w.disk.Torn || !w.disk.There {
		r = Record{State: Stopped, Desired: WantStopped}
	}
	e := w.observe(r)
	l := Look{Driven: w.driverOf(r).PID != 0, Hold: e.Hold, Holder: e.Holder}
	if l.Hold == HoldOurs {
		up := w.proof() == SawProven
		l.Asked, l.Verdict, l.Detail = true, Verdict{up, up}, "it does not answer"
	}
	d := Diagnose(r, l)
	up := l.Hold == HoldOurs && w.proof() == SawProven
	switch {
	case !d.State.Known():
		w.breaks("state says %q", d.State)
	case d.State == Healthy && !up:
		w.breaks("state says Healthy, but no client can work")
	case !l.Driven && l.Hold == HoldFree && d.State != Stopped:
		w.breaks("state says %s, but nothing runs", d.State)
	case !l.Driven && e.Hold != HoldFree && e.Hold != HoldForeign && d.State == Stopped:
		w.breaks("state says Stopped, but Temporal runs")
	}
}
