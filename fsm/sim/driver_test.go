package sim

import (
	"slices"

	"github.com/stigmer/local/fsm"
)

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
			if e.do == fsm.DoSave || e.do == fsm.DoLock || e.do == fsm.DoSpawn {
				fault = w.spend(fault)
			}
			if answered {
				d.pending = with(d.pending, in)
				if in.event == fsm.SaveFailed || in.event == fsm.SpawnFailed {
					d.effects = nil
				}
			}
			continue
		}
		d.answers, d.pending = with(d.pending, d.answers...), nil
		var in simInput
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
			w.say("%s takes %s in %s", who(d.uid), in.event, d.s.State)
		}
		w.goOn(d, in)
	}
}

// goOn is Supervisor.Step. What is late from then on is dropped: heedsLate has
// tried that it would be ignored.
func (w *simWorld) goOn(d *simDriver, in simInput) {
	before := d.s
	in.at, in.tick = w.clock.wall, w.clock.tick
	if last := before.ProbeFailures.Last; in.event == fsm.Probed && last != 0 {
		in.tick = max(in.tick, last+fsm.Instant(simPolicy.Period))
	}
	d.s, d.effects = w.run.cache.step(d.s, in)
	w.tellsInput(d, in)
	d.now = d.now && in.event != fsm.Stop || in.event == fsm.StopNow
	s := d.s
	w.budgets(d, before, in.event)
	w.mayDraw(before.Ports(), s.Ports(), in)
	if s.bad != "" {
		w.breaks("%s: %s", who(d.uid), s.bad)
	}
	if s == before {
		return
	}
	if s.Run != before.Run || !s.CountsAnswers() {
		d.waits, d.asked, d.setting = false, false, false
	}
	if s.Seq != before.Seq {
		d.timers = nil
	} else if s.Gone && !before.Gone {
		d.timers = slices.DeleteFunc(slices.Clone(d.timers), func(t simTimer) bool { return t.event == fsm.GraceElapsed })
	}
	if _, heeds := fsm.Find(s.State, fsm.Exited); !heeds || s.Run != before.Run {
		d.exits = nil
	}
	late := func(in simDelivery) bool { return in.late(s) }
	if slices.ContainsFunc(d.inbox, late) {
		d.inbox = slices.DeleteFunc(slices.Clone(d.inbox), late)
	}
}

// own reports whether an input is not late.
func (in simInput) own(s *simSup) bool {
	switch {
	case slices.Contains(fsm.Timers, in.event):
		return in.seq == s.Seq
	case in.event == fsm.Probed:
		return in.run == s.Run && s.CountsAnswers()
	case in.event == fsm.Exited || in.event == fsm.Gone || in.event == fsm.SetupApplied || in.event == fsm.SetupFailed:
		return in.run == s.Run
	}
	return true
}

// late reports whether an input that was not taken yet is ignored for good. The
// lock that comes with the tree's end is given back all the same.
func (in simDelivery) late(s *simSup) bool {
	_, heeds := fsm.Find(s.State, fsm.Exited)
	return !in.lock && (!in.own(s) || in.event == fsm.GraceElapsed && s.Gone || in.event == fsm.Exited && !heeds)
}

// spend books a fault that happened.
func (w *simWorld) spend(fault string) string {
	if fault != "" {
		w.left.Full--
		w.say("which FAILS")
	}
	return ""
}

func (w *simWorld) visible(e *simEffect) bool {
	switch e.do {
	case fsm.DoArm, fsm.DoIgnore, fsm.DoNote, fsm.DoAdopt, fsm.DoWatch, fsm.DoKill, fsm.DoExit:
		return false
	case fsm.DoLock: // without supervisor.lock only a foreign process takes temporal.lock
		return w.run.conf.Budget.Ill > 0 || w.run.conf.Budget.Look > 0 || w.run.conf.Budget.Full > 0
	case fsm.DoProbe:
		return w.disk.Torn || w.run.conf.Budget.Full > 0
	}
	return true
}

// begin mirrors runSupervise and the first lines of Drive.
func (w *simWorld) begin(d *simDriver) {
	r := w.recover()
	if d.brings != simNoRec {
		r = d.brings // a command's drive has its own
	}
	hold, leader := w.observe(r)
	if hold == fsm.OwnerNone { // World.Observe keeps a free lock
		d.hasLock, w.lock = true, d.uid
	}
	d.tied, d.told = r.tie, w.untied(r)
	w.tellsBegin(d, r, hold, leader)
	o := w.run.cache.begin(simBegin{r, w.process(d.uid), hold, leader, d.told, w.portsOf(leader), d.grace, d.now, w.clock.wall, w.clock.tick})
	if o.first.event == fsm.OrphanFound && hold != fsm.OwnerOurs {
		w.breaks("%s adopts although the lock is %s", who(d.uid), hold)
	}
	if p := w.portsOf(leader); hold == fsm.OwnerOurs && p != (fsm.Ports{}) && o.s.Ports() != p {
		w.breaks("%s does not know the ports of the Temporal that it has", who(d.uid))
	}
	d.begun, d.s, d.answers, d.brings = true, o.s, []simInput{o.first}, simNoRec
	if o.s.bad != "" {
		w.breaks("%s: %s", who(d.uid), o.s.bad)
	}
	w.say("%s begins with a record of %s (wanted %s) and finds the lock %s: %q in %s", who(d.uid), r.State, r.Desired, hold, o.first.event, o.s.State)
}

// take mirrors World.Next.
func (w *simWorld) take(d *simDriver) simInput {
	in := d.inbox[0]
	d.inbox = d.inbox[1:]
	d.told = d.told || in.event == fsm.Untied
	if in.event == fsm.Probed {
		d.mute = min(d.mute+1, 2)
		if !in.waits {
			d.mute = 0
		}
	}
	if in.event == fsm.Probed && in.ready {
		d.proved = in.proc.uid
		if d.s.State == fsm.Starting {
			d.served = w.clock.tick
		}
	}
	if in.lock {
		if in.run == d.awaited {
			d.hasLock, d.killing = true, false
		} else {
			w.lock = 0
		}
	}
	return in.simInput
}

func (w *simWorld) endDrive(i int, d *simDriver) {
	if i < inCommand {
		w.say("%s ends", who(d.uid))
		w.endDriver(i)
		return
	}
	c := w.cmd(i - inCommand)
	c.drive = nil
	if d.hasLock {
		w.breaks("the drive in %s has ended and keeps temporal.lock", who(c.uid))
	}
	c.sights = with(c.sights, simSight{saw: fsm.InputDrove, rec: d.s.rec, untied: w.untied(d.s.rec)})
	w.say("the drive in %s is over", who(c.uid))
	if sight := c.sights[0]; len(c.sights) == 1 && !w.fine() {
		c.sights = nil
		w.look(c, sight)
	}
}
