package sim

import (
	"cmp"
	"slices"

	"github.com/stigmer/local/fsm"
)

// stepCommand mirrors RunCommand: it goes on until one deed that others can see
// was done, or the record was looked at. What only changes the command's own
// memory needs no step of its own: a crash after it is a crash before it.
// noticed says that the sight is a change of the record.
func (w *simWorld) stepCommand(i int, noticed bool, fault string) {
	c := w.cmd(i)
	did := false
	switch {
	case noticed:
		c.changed, did = false, true
		w.look(c, simSight{saw: fsm.InputBusy, rec: simNoRec, look: true})
	case !c.opened:
		c.opened = true
		o := w.run.cache.deeds(w.tied(c).Open())
		c.c, c.deeds = o.v, o.deeds
	case len(c.deeds) == 0:
		s := c.sights[0]
		c.sights = c.sights[1:]
		did = s.look || s.lock && w.fine()
		w.look(c, s)
	}
	for !c.over && !c.rests() {
		switch {
		case len(c.deeds) > 0:
			if ask := c.deeds[0].ask; ask != fsm.ActArm && ask != fsm.ActWait && ask != fsm.ActFinish && (ask != fsm.ActReleaseLock || c.mine) {
				if did {
					return
				}
				did = true
			}
			w.carry(i, c, fault)
			c, fault = w.cmds[i], ""
		case len(c.sights) > 0 && !c.sights[0].look && (!c.sights[0].lock || !w.fine()) && c.drive == nil:
			// A command that has won supervisor.lock reads, and does the next thing: what others
			// do meanwhile comes to the same before it or after it.
			s := c.sights[0]
			c.sights = c.sights[1:]
			did = did && !s.lock
			w.look(c, s)
		default:
			return
		}
		if c.drive != nil && !w.fine() {
			w.begin(c.drive)
		}
		if c.drive != nil || c.half > 0 {
			return
		}
	}
}

// fine reports whether steps are taken one by one that otherwise are one, since
// nothing that matters can come between them: some of their faults are tried, or a
// state command may look in between, or they are those of real processes (TestContract).
func (w *simWorld) fine() bool {
	b := w.run.conf.Budget
	return w.run.hear != nil || b.Full > 0 || b.Ill > 0 || b.Look > 0
}

// look mirrors Client.Look, and then steps.
func (w *simWorld) look(c *simCmd, s simSight) {
	in := s
	switch {
	case s.lock:
		c.waiting, c.mine = false, true
		r := w.recover()
		c.last = r
		in = simSight{saw: fsm.InputWon, rec: r}
		in.hold, in.leader = w.observe(r)
		in.untied = w.untied(r)
	case s.look:
		c.changed = c.changed && s.saw != fsm.InputBusy
		in = simSight{saw: s.saw, rec: simNoRec}
		if w.disk.There && !w.disk.Torn {
			in.rec = w.disk.Rec
			c.last = in.rec
		}
		in.driver, in.foreign = w.driverOf(in.rec)
		in.suspended = w.drives(in.driver, func(d *simDriver) bool { return d.frozen })
		in.outdated = !c.old && in.driver.same(in.rec.sup) && w.drives(in.driver, func(d *simDriver) bool { return d.old })
	case in.rec.Generation == 0:
		in.rec = c.last
	}
	if w.run.tell {
		w.say("%s sees %s: a record of %s (wanted %s), lock %q, driver pid %d",
			who(c.uid), in.saw, in.rec.State, in.rec.Desired, in.hold, in.driver.pid)
	}
	w.tellsSight(c, in)
	c.c, c.deeds = w.run.cache.sight(c.c, in)
}

// driverOf mirrors evidence.Driver: the recorded supervisor if it has the lock, or else a
// supervisor by its command line, but never a command that has it. Any other holder is a foreign
// process.
func (w *simWorld) driverOf(r *simRec) (driver simProc, foreign bool) {
	for _, p := range w.supervisorLock {
		if w.process(p).same(r.sup) {
			return w.process(p), false
		}
	}
	for _, d := range w.drivers {
		if slices.Contains(w.supervisorLock, d.uid) {
			return w.process(d.uid), false
		}
	}
	return simProc{}, slices.Contains(w.supervisorLock, simOnlooker.proc.uid)
}

// drives reports whether a process is a living supervisor of which something is so.
func (w *simWorld) drives(p simProc, so func(*simDriver) bool) bool {
	return slices.ContainsFunc(w.drivers, func(d *simDriver) bool { return p.same(w.process(d.uid)) && so(d) })
}

// signals are what is done by a signal to a supervisor.
var signals = []fsm.CommandAction{fsm.ActAskStop, fsm.ActAskSetup, fsm.ActKillSupervisor}

// carry mirrors Client.Carry.
func (w *simWorld) carry(i int, c *simCmd, fault string) {
	deed := c.deeds[0]
	w.tellsDeed(c, deed)
	if deed.ask != fsm.ActArm && deed.ask != fsm.ActHandOver {
		w.say("%s: %s %s", who(c.uid), deed.ask, deed.end)
	}
	if deed.ask == fsm.ActHandOver && !w.handOver(c, deed.rec, fault) {
		return
	}
	if slices.Contains(signals, deed.ask) && !w.signalDriver(c, deed) {
		return
	}
	c.deeds = c.deeds[1:]
	switch deed.ask {
	case fsm.ActTryLock:
		w.try(c)
	case fsm.ActWait:
		if !c.waiting {
			c.waiting = true
			c.waiters++
		}
		if !c.watching {
			c.watching = true
			c.sights = with(c.sights, simSight{saw: fsm.InputBusy, rec: simNoRec, look: true})
		}
	case fsm.ActDrive:
		w.recover() // what cannot be read is set aside
		c.drive = &simDriver{uid: c.uid, grace: deed.grace, now: deed.now, s: simNobody, brings: deed.rec}
	case fsm.ActProbe:
		c.sights = with(c.sights, simSight{saw: w.proof(), rec: deed.rec})
	case fsm.ActArm:
		c.timers = slices.DeleteFunc(slices.Clone(c.timers), func(t simArmed) bool { return t.saw == deed.saw })
		c.timers = append(c.timers, simArmed{deed.saw, deed.after})
		slices.SortFunc(c.timers, func(a, b simArmed) int { return cmp.Compare(a.saw, b.saw) })
	case fsm.ActReleaseLock:
		w.endIsTrue(c)
		w.letGo(c)
	case fsm.ActFinish:
		if deed.end == fsm.ResultSupervisorLockForeign {
			w.breaks("%s says that supervisor.lock is another program's, and it is not", who(c.uid))
		}
		w.setupIsThere(c, deed.end)
		if c.run {
			w.rest(i, c, deed.end)
		} else {
			w.endCommand(i, deed.end)
		}
		w.mayEnd(i, c, deed)
	}
}

func (w *simWorld) try(c *simCmd) {
	switch {
	case c.mine:
	case len(w.supervisorLock) == 0:
		w.supervisorLock = append(w.supervisorLock, c.uid)
		c.sights = with(c.sights, simSight{rec: simNoRec, lock: true})
	default:
		c.sights = with(c.sights, simSight{saw: fsm.InputBusy, rec: simNoRec, look: true})
	}
}

// handOver saves, starts the supervisor and lets go, each a step of its own. It
// reports whether it is over.
func (w *simWorld) handOver(c *simCmd, r *simRec, fault string) bool {
	if !c.mine {
		w.breaks("%s hands over a lock that it does not have", who(c.uid))
	}
	c.half++
	switch {
	case c.half == 1 && fault != "":
		w.spend(fault)
		c.sights = with(c.sights, simSight{saw: fsm.InputBroken, rec: simNoRec})
	case c.half == 1:
		w.recover()
		w.save(c.uid, r, false)
		w.say("%s saves what is wanted", who(c.uid))
		return false
	case c.half == 2 && fault != "":
		w.spend(fault)
		c.sights = with(c.sights, simSight{saw: fsm.InputNotHanded, rec: simNoRec})
	case c.half == 2:
		d := &simDriver{uid: w.newProcess(), old: c.old, s: simNobody, brings: simNoRec, victim: simNoRec}
		w.drivers = append(w.drivers, d)
		if c.mine {
			w.supervisorLock = append(w.supervisorLock, d.uid)
		}
		w.say("%s starts %s with the locked description", who(c.uid), who(d.uid))
		if w.fine() {
			return false
		}
		fallthrough
	default:
		w.letGo(c)
		w.say("%s lets go", who(c.uid))
		c.sights = with(c.sights, simSight{saw: fsm.InputHanded, rec: simNoRec})
	}
	c.half = 0
	return true
}

func (w *simWorld) letGo(c *simCmd) {
	if c.mine {
		c.mine = false
		w.supervisorLock = slices.DeleteFunc(w.supervisorLock, func(p uint64) bool { return p == c.uid })
	}
}

func (w *simWorld) proof() fsm.CommandInputKind {
	for _, t := range w.trees {
		if t.leader && t.serves && !t.hung {
			return fsm.InputProbeOK
		}
	}
	return fsm.InputProbeFailed
}
