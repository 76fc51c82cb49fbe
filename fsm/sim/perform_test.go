package sim

import (
	"cmp"
	"slices"

	"github.com/stigmer/local/fsm"
)

func (w *simWorld) perform(d *simDriver, e *simEffect, fault string) (simInput, bool) {
	in, answered := w.performed(d, e, fault)
	w.tellsEffect(d, e)
	return in, answered
}

// performed mirrors World.Perform.
func (w *simWorld) performed(d *simDriver, e *simEffect, fault string) (simInput, bool) {
	if e.do != fsm.DoIgnore && e.do != fsm.DoArm {
		w.say("%s: %s", who(d.uid), e.told)
	}
	switch e.do {
	case fsm.DoSave:
		return w.saveOf(d, e, fault)
	case fsm.DoLock:
		return w.takeLocks(d, e, fault), true
	case fsm.DoQuarantine:
		if w.dbHealthy && !w.fell {
			w.breaks("a database that was Healthy is set aside")
		}
		w.db, w.setup = simNoDB, simSetup{}
	case fsm.DoSetup:
		w.setUpOf(d)
	case fsm.DoSpawn:
		return w.spawnOf(d, e, fault), true
	case fsm.DoAdopt:
		d.opened = true
	case fsm.DoWatch:
		w.await(d, e)
		if e.run == d.s.Run {
			d.exits = with(d.exits, simExit{e.proc.uid, e.run})
		}
	case fsm.DoProbe:
		w.askOf(d, e)
	case fsm.DoTerm:
		w.mayRestart(e, d.mute)
		if w.awaitEnd(d, e) {
			w.mayLast(d, "gives Temporal time")
			w.signalTree(e.rec, false)
		}
	case fsm.DoKill:
		if w.awaitEnd(d, e) {
			d.killing, d.victim = true, e.rec
		}
	case fsm.DoArm:
		d.timers = slices.DeleteFunc(slices.Clone(d.timers), func(t simTimer) bool { return t.event == e.event })
		if e.seq == d.s.Seq && !(e.event == fsm.GraceElapsed && d.s.Gone) {
			d.timers = append(d.timers, simTimer{e.event, e.after})
			slices.SortFunc(d.timers, func(a, b simTimer) int { return cmp.Compare(a.event, b.event) })
		}
	case fsm.DoRelease:
		d.timers, d.opened = nil, false
		if d.hasLock {
			d.hasLock, w.lock = false, 0
		}
	}
	return simInput{}, false
}

func (w *simWorld) saveOf(d *simDriver, e *simEffect, fault string) (simInput, bool) {
	w.saysTrue(d, e)
	if fault == "" {
		w.save(d.uid, e.rec, e.durable)
		w.notes(e.rec)
		w.dbHealthy = w.dbHealthy || e.rec.State == fsm.Healthy && w.db == simGoodDB
		d.unsaved = false
		return simInput{}, false
	}
	d.unsaved = true
	return simInput{event: fsm.SaveFailed}, e.required
}

func (w *simWorld) takeLocks(d *simDriver, e *simEffect, fault string) simInput {
	if !d.hasLock && !w.lockFree() {
		if hold, leader := w.observe(e.rec); hold == fsm.OwnerOurs || hold == fsm.OwnerLeftover {
			return simInput{event: fsm.OrphanFound, proc: leader}
		}
		return simInput{event: fsm.LockDenied}
	}
	d.hasLock, w.lock = true, d.uid
	if w.visible(e) {
		w.saveOf(d, e, "") // World.onWait: a port, say, comes free a moment later
	}
	asked := w.portTaken != 0 && e.rec.Asked().Port == w.portTaken
	if asked && !w.fell {
		w.breaks("%s refuses a drawn port as if it had been asked for", who(d.uid))
	}
	if fault != "" || asked {
		return simInput{event: fsm.PortTaken}
	}
	return w.observePorts(e.rec, simInput{event: fsm.LockAcquired, fresh: w.db == simNoDB && w.run.conf.Kind != simForgets, file: w.file()})
}

func (w *simWorld) spawnOf(d *simDriver, e *simEffect, fault string) simInput {
	w.maySpawn(d, e)
	w.mayLast(d, "spawns")
	if fault != "" {
		return simInput{event: fsm.SpawnFailed}
	}
	t := &simTree{uid: w.newProcess(), ports: e.rec.Ports(), leader: true, locked: d.hasLock}
	noPort := w.portTaken != 0 && t.ports.Frontend == w.portTaken
	if w.run.conf.Kind == simForgets {
		w.db, w.setup = simGoodDB, simSetup{}
	}
	t.doomed = w.db == simHalfDB || noPort
	if w.db == simNoDB && !noPort {
		w.db, w.dbHealthy, w.setup = simHalfDB, false, simSetup{}
	}
	switch w.run.conf.Kind {
	case simLeaves, simHides:
		t.member, t.escaped = true, true
	case simSheds:
		t.member = true
	}
	w.trees = append(w.trees, t)
	if d.hasLock {
		d.hasLock, w.lock = false, 0
	}
	d.opened = true
	return simInput{event: fsm.Spawned, proc: w.process(t.uid)}
}

// awaitEnd mirrors World.awaitEnd.
func (w *simWorld) awaitEnd(d *simDriver, e *simEffect) bool {
	if d.hasLock {
		d.inbox = with(d.inbox, simDelivery{simInput: simInput{event: fsm.Gone, run: e.run}})
		return false
	}
	w.await(d, e)
	return true
}

func (w *simWorld) await(d *simDriver, e *simEffect) {
	if d.awaited == e.run {
		return
	}
	d.opened, d.awaits, d.awaited, d.killing = true, true, e.run, false
}

func (w *simWorld) askOf(d *simDriver, e *simEffect) {
	if e.rec.State != fsm.Starting && (w.disk.Torn || !w.disk.There || d.unsaved) {
		w.save(d.uid, d.s.rec, true) // World.restore
		d.unsaved = false
	}
	d.asked = d.asked || e.run == d.s.Run
}
