package fsm

import "slices"

// stepDriver mirrors Drive: it goes on until one effect that others can see was
// performed. What only changes the driver's own memory needs no step of its own:
// a crash after it is a crash before it. fault names how that effect fails.
func (w *simWorld) stepDriver(i int, fault string) {
	d := w.driver(i)
	if !d.begun {
		w.begin(d)
		return
	}
	for did, took := false, false; ; {
		if len(d.effects) > 0 {
			e := d.effects[0]
			if w.visible(e) && did {
				return
			}
			did = did || w.visible(e)
			d.effects = d.effects[1:]
			in, answered := w.perform(d, e, fault)
			if e.Do == DoSave || e.Do == DoLock || e.Do == DoSpawn {
				fault = w.spend(fault)
			}
			if answered {
				d.pending = with(d.pending, in)
				if in.Event == SaveFailed || in.Event == SpawnFailed {
					d.effects = nil
				}
			}
			continue
		}
		d.answers, d.pending = with(d.pending, d.answers...), nil
		var in Input
		switch {
		case len(d.answers) > 0:
			in, d.answers = d.answers[0], d.answers[1:]
		case d.s.Done:
			w.endDrive(i, d)
			return
		case len(d.inbox) > 0 && !took && !did:
			in, took = w.take(d), true
		default:
			return
		}
		if w.run.tell {
			w.say("%s takes %s in %s", w.name(d.uid), in.Event, d.s.State)
		}
		in.At, in.Tick = simNow, simNow
		d.s, d.effects = d.s.Step(w.run.m, in)
	}
}

// spend books a fault that happened.
func (w *simWorld) spend(fault string) string {
	if fault != "" {
		w.left.Full--
		w.say("which FAILS")
	}
	return ""
}

func (w *simWorld) visible(e Effect) bool {
	switch e.Do {
	case DoArm, DoIgnore, DoAdopt, DoWatch, DoKill, DoExit:
		return false
	case DoLock: // nobody else takes temporal.lock without supervisor.lock, except a stranger
		return w.run.conf.Budget.Ill > 0
	case DoAsk:
		return w.disk.Torn || w.run.conf.Budget.Full > 0
	}
	return true
}

// begin mirrors runSupervise and the first lines of Drive.
func (w *simWorld) begin(d *simDriver) {
	r := w.recover()
	if d.s.Record != (Record{}) {
		r = d.s.Record // a command's drive brings its own
	}
	e := w.observe(r)
	if plan := Resume(r, e); plan.Event == OrphanFound && e.Hold != HoldOurs {
		w.breaks("%s adopts although the lock is %s", w.name(d.uid), e.Hold)
	}
	s, first, effects := Begin(r, w.process(d.uid), e, Input{At: simNow, Tick: simNow, Grace: d.grace})
	d.begun, d.s, d.effects = true, s, effects
	if !s.Done {
		d.answers = []Input{first}
	}
	w.say("%s begins with a record of %s (wanted %s) and finds the lock %s: %q in %s", w.name(d.uid), r.State, r.Desired, e.Hold, first.Event, s.State)
}

// take mirrors World.Next.
func (w *simWorld) take(d *simDriver) Input {
	in := d.inbox[0]
	d.inbox = d.inbox[1:]
	if in.Event == Probed && in.Verdict.Ready {
		d.proved = in.Process.StartTicks
	}
	if in.lock {
		if in.Run == d.awaited {
			d.hasLock, d.killing = true, false
		} else {
			w.lock = 0
		}
	}
	return in.Input
}

func (w *simWorld) endDrive(i int, d *simDriver) {
	if i < inCommand {
		w.say("%s ends", w.name(d.uid))
		w.endDriver(i)
		return
	}
	c := w.cmd(i - inCommand)
	c.drive = nil
	if d.hasLock {
		w.breaks("the drive in %s has ended and keeps temporal.lock", w.name(c.uid))
	}
	c.sights = with(c.sights, simSight{Sight: Sight{Saw: SawDrove, Record: d.s.Record}})
	w.say("the drive in %s is over", w.name(c.uid))
	if sight := c.sights[0]; len(c.sights) == 1 && !w.fine() {
		c.sights = nil
		w.look(c, sight)
	}
}

// perform mirrors World.Perform.
func (w *simWorld) perform(d *simDriver, e Effect, fault string) (Input, bool) {
	if w.run.tell && e.Do != DoIgnore && e.Do != DoArm {
		w.say("%s: %s", w.name(d.uid), e.told())
	}
	switch e.Do {
	case DoSave:
		return w.saveOf(d, e, fault)
	case DoLock:
		return w.takeLocks(d, e, fault), true
	case DoQuarantine:
		if w.dbHealthy && !w.fell {
			w.breaks("a database that was Healthy is set aside")
		}
		w.db = simNoDB
	case DoSpawn:
		return w.spawnOf(d, fault), true
	case DoAdopt:
		d.opened = true
	case DoWatch:
		w.await(d, e)
		d.exits = with(d.exits, simExit{e.Process.StartTicks, e.Run})
	case DoAsk:
		w.askOf(d, e)
	case DoTerm:
		if d.hasLock {
			d.inbox = with(d.inbox, simDelivery{Input: Input{Event: Gone, Run: e.Run}})
			break
		}
		w.await(d, e)
		w.signalTree(e.Record, false)
	case DoKill:
		d.killing, d.victim = true, e.Record
	case DoArm:
		d.timers = slices.DeleteFunc(slices.Clone(d.timers), func(t simTimer) bool { return t.event == e.Event })
		d.timers = append(d.timers, simTimer{e.Event, e.Seq, e.Run, e.After})
		slices.SortFunc(d.timers, func(a, b simTimer) int { return cmpStrings(string(a.event), string(b.event)) })
	case DoRelease:
		d.timers, d.opened = nil, false
		if d.hasLock {
			d.hasLock, w.lock = false, 0
		}
	}
	return Input{}, false
}

func cmpStrings(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (w *simWorld) saveOf(d *simDriver, e Effect, fault string) (Input, bool) {
	w.saysTrue(d, e)
	if fault == "" {
		w.save(d.uid, e.Record)
		w.dbHealthy = w.dbHealthy || e.Record.State == Healthy && w.db == simGoodDB
		d.unsaved = false
		return Input{}, false
	}
	d.unsaved = true
	return Input{Event: SaveFailed, Detail: "no space left on device"}, e.Required
}

func (w *simWorld) takeLocks(d *simDriver, e Effect, fault string) Input {
	if !d.hasLock && !w.lockFree() {
		switch v := w.observe(e.Record); v.Hold {
		case HoldOurs, HoldRemnant:
			return Input{Event: OrphanFound, Process: v.Leader}
		default:
			return Input{Event: LockDenied, Detail: "temporal.lock is held by " + v.Holder}
		}
	}
	d.hasLock, w.lock = true, d.uid
	if fault != "" {
		return Input{Event: PortTaken, Detail: "a port is taken"}
	}
	return Input{Event: LockAcquired, Fresh: w.db == simNoDB}
}

func (w *simWorld) spawnOf(d *simDriver, fault string) Input {
	w.maySpawn(d)
	if fault != "" {
		return Input{Event: SpawnFailed, Detail: "no more processes"}
	}
	t := &simTree{uid: w.newProcess(), leader: true, locked: d.hasLock, doomed: w.db == simHalfDB}
	if w.db == simNoDB {
		w.db, w.dbHealthy = simHalfDB, false
	}
	if w.run.conf.Kind == simLeaves {
		t.member, t.escaped = true, true
	}
	w.trees = append(w.trees, t)
	if d.hasLock {
		d.hasLock, w.lock = false, 0
	}
	d.opened = true
	return Input{Event: Spawned, Process: w.process(t.uid)}
}

func (w *simWorld) await(d *simDriver, e Effect) {
	if d.awaited == e.Run {
		return
	}
	d.opened, d.awaits, d.awaited, d.killing = true, true, e.Run, false
}

func (w *simWorld) askOf(d *simDriver, e Effect) {
	if e.Record.State != Starting && (w.disk.Torn || !w.disk.There || d.unsaved) {
		w.save(d.uid, d.s.Record) // World.restore
		d.unsaved = false
	}
	if !slices.Contains(d.asked, e.Seq) {
		d.asked = with(d.asked, e.Seq)
	}
}
