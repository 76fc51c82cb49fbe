package sim

import (
	"slices"

	"github.com/stigmer/local/fsm"
)

// maySpawn holds a spawn against the rules: with both locks, and with a record
// that names what is about to be begun.
func (w *simWorld) maySpawn(d *simDriver, e *simEffect) {
	switch {
	case !d.hasLock:
		w.breaks("a spawn without temporal.lock")
	case !slices.Contains(w.supervisorLock, d.uid):
		w.breaks("a spawn without supervisor.lock")
	case w.clock.recent(d.restarts) > simPolicy.RestartLimit*(1+w.clock.set):
		w.breaks("a spawn although the restarts are spent")
	case e.rec.Settings.Port == 0 || e.rec.Settings.UIPort == 0:
		w.breaks("a spawn on the ports %v", e.rec.Settings.Ports())
	case w.fell:
	case w.disk.Rec.State != fsm.Starting || !w.disk.Rec.sup.same(w.process(d.uid)):
		w.breaks("a spawn while the record on disk says %s of the driver pid %d", w.disk.Rec.State, w.disk.Rec.Supervisor.PID)
	}
}

// mayDraw: a port that was drawn stays, unless a foreign process has it.
func (w *simWorld) mayDraw(before, after fsm.Ports, in simInput) {
	for i, port := range before.All() {
		if *port != 0 && *port != *after.All()[i] && !in.taken {
			w.breaks("the ports move from %v to %v, although nothing is in their way", before, after)
		}
	}
}

// mayForget: the port by which clients know Temporal stays in the record, unless a foreign process has it.
func (w *simWorld) mayForget(r *simRec) {
	known := w.disk.Rec.Settings.Port
	if !w.fell && known != 0 && known != r.Settings.Port && known != w.portTaken {
		w.breaks("the record forgets port %d, which nothing is in the way of", known)
	}
}

// mayReplace: a start ends a supervisor that is stopped or of an older version, and
// no other.
func (w *simWorld) mayReplace(c *simCmd, p simProc) {
	if c.c.Starts() && w.drives(p, func(d *simDriver) bool { return !d.frozen && (c.old || !d.old) }) {
		w.breaks("%s ends a supervisor that works and is not of an older version", who(c.uid))
	}
}

// mayRestart: a Temporal that answers is not ended for its database, nor for its slowness,
// if it has answered one of its latest two probes.
func (w *simWorld) mayRestart(e *simEffect, mute int) {
	for _, t := range w.trees {
		if e.rec.State == fsm.Restarting && e.rec.tmp.uid == t.uid && t.leader && t.slow && !t.hung && e.rec.Failure.Event == fsm.LivenessDeadline && mute < 2 {
			w.breaks("a Temporal that answers is restarted, as it is slow")
		}
		if e.rec.State == fsm.Restarting && e.rec.tmp.uid == t.uid && t.leader && t.lost {
			w.breaks("a Temporal that has lost its database is restarted")
		}
	}
}

// mayElapse: a stop that is to wait for nothing has sent SIGKILL before any grace period is over.
func (w *simWorld) mayElapse(d *simDriver, timer fsm.Event) {
	if timer == fsm.GraceElapsed && d.now && d.s.State == fsm.Stopping && !d.killing && !w.unproven() && slices.ContainsFunc(w.trees, w.holds) {
		w.breaks("%s was asked for a stop without a grace period, and waits for one", who(d.uid))
	}
}

// saysTrue holds a record that is about to be saved against the truth.
func (w *simWorld) saysTrue(d *simDriver, e *simEffect) {
	pid := e.rec.tmp.pid
	switch {
	case e.to == fsm.Healthy && d.proved != e.rec.tmp.uid:
		w.breaks("Healthy is said of pid %d, which never answered", pid)
	case e.to == fsm.Stopped && len(w.trees) > 0 && !(e.on == fsm.LockDenied && w.unproven()):
		w.breaks("Stopped is said while Temporal lives")
	case e.on == fsm.Untied && w.runLives(e.rec.tie):
		w.breaks("pid %d is ended for a run that lives", pid)
	case e.on == fsm.Exited && w.leaderLives(e.rec.tmp.uid):
		w.breaks("pid %d is said to have exited, and lives", pid)
	}
}

// endIsTrue holds a stop's success against the kernel, at the moment at which it
// lets go of supervisor.lock.
func (w *simWorld) endIsTrue(c *simCmd) {
	if len(c.deeds) == 0 || c.deeds[0].ask != fsm.ActFinish {
		return
	}
	o := c.deeds[0]
	overtaken := o.detail != ""
	if (o.end == fsm.ResultStopped || o.end == fsm.ResultNothingRan) && !overtaken && (!c.mine || len(w.trees) > 0 || w.lock != 0) {
		w.breaks("%s says %q, but temporal.lock is not free", who(c.uid), o.end)
	}
}

// mayEnd: without a fault each command ends as it should, and whatever has gone wrong,
// no start waits in vain for a Temporal that serves and has its supervisor.
func (w *simWorld) mayEnd(i int, c *simCmd, o *simDeed) {
	frozen := slices.ContainsFunc(w.drivers, func(d *simDriver) bool { return d.frozen })
	if o.end == fsm.ResultTimedOut && w.settled() && len(w.drivers) > 0 && !frozen && !c.changed && len(c.sights)+len(c.timers) == 0 {
		w.breaks("%s loses patience although Temporal is Healthy", who(c.uid))
	}
	if o.end == fsm.ResultStoppedByOther && !w.run.fair && !w.fell && !w.endsBeside(c) {
		w.breaks("%s says that another command has stopped Temporal, and none has", who(c.uid))
	}
	if w.left != w.run.conf.Budget || w.run.fair || w.run.conf.Kind == simDeaf {
		return
	}
	var ends []fsm.CommandResult
	switch {
	case c.c.Verb == fsm.VerbStop:
		ends = []fsm.CommandResult{fsm.ResultStopped, fsm.ResultNothingRan}
	case w.endsBeside(c):
		ends = []fsm.CommandResult{fsm.ResultStarted, fsm.ResultAlreadyRunning, fsm.ResultStoppedByOther}
	default: // a start waits for a restart, and one that comes between a restart's halves counts as its own
		ends = []fsm.CommandResult{fsm.ResultStarted, fsm.ResultAlreadyRunning}
	}
	if w.run.conf.Kind == simRefuses && c.c.Verb != fsm.VerbStop {
		ends = append(slices.DeleteFunc(ends, func(r fsm.CommandResult) bool { return r != fsm.ResultStoppedByOther }), fsm.ResultSetupFailed)
	}
	if w.run.conf.Kind == simHides { // what stays alone cannot be proven to be ours, and is named
		ends = append(ends, fsm.ResultTemporalLockForeign, fsm.ResultFailed)
	}
	if !slices.Contains(ends, o.end) {
		w.breaks("%s#%d ends with %q although nothing went wrong (%s)", c.name(), i+1, o.end, o.detail)
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
		if !slices.Contains(w.supervisorLock, d.uid) {
			w.breaks("%s drives without supervisor.lock", who(d.uid))
		}
		if d.begun && !d.s.State.Known() {
			w.breaks("%s is in %q, which the table does not know", who(d.uid), d.s.State)
		}
	})
	w.eachDriver(func(_ int, d *simDriver) {
		idle := d.begun && !d.s.Done && len(d.effects)+len(d.pending)+len(d.answers)+len(d.inbox) == 0
		if idle && d.s.CountsAnswers() && !d.asked && !slices.ContainsFunc(d.timers, func(t simTimer) bool { return t.event == fsm.ProbeDue }) {
			w.breaks("%s is %s and probes no more", who(d.uid), d.s.State)
		}
	})
	if driving > 1 {
		w.breaks("two drivers drive")
	}
	w.checkDiagnosis()
}

// checkDiagnosis is the state command in every state, if it saw everything at once:
// it only looks (Diagnose is a function of what it sees), and what it says must be so.
func (w *simWorld) checkDiagnosis() {
	l := w.glance()
	switch state := w.run.cache.diagnose(l); {
	case !state.Known():
		w.breaks("state says %q", state)
	case state == fsm.Healthy && !l.up:
		w.breaks("state says Healthy, but no client can work")
	case state == fsm.Healthy && w.lacksSetup() && !w.fell:
		w.breaks("state says Healthy, and the setup is not there")
	case !l.driven && l.hold == fsm.OwnerNone && state != fsm.Stopped:
		w.breaks("state says %s, but nothing runs", state)
	case !l.driven && l.hold != fsm.OwnerNone && l.hold != fsm.OwnerForeign && state == fsm.Stopped:
		w.breaks("state says Stopped, but Temporal runs")
	}
}
