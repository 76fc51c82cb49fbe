package sim

import (
	"slices"

	"github.com/stigmer/local/fsm"
)

// apply returns the world after a move; check was not called on it.
func (w *simWorld) apply(m simMove) *simWorld {
	n := w.clone()
	i, k := int(m.who), int(m.arg)
	switch m.op {
	case opGrantSupervisor:
		c := n.cmd(i)
		c.waiters--
		n.supervisorLock = append(n.supervisorLock, c.uid)
		c.sights = with(c.sights, simSight{rec: simNoRec, lock: true})
		n.say("the kernel gives supervisor.lock to %s", who(c.uid))
	case opGrantLock:
		d := n.driver(i)
		d.awaits, n.lock = false, d.uid
		n.say("the kernel gives temporal.lock to %s", who(d.uid))
		if d.seesOff = n.outlived(d.s.rec.tmp); !d.seesOff {
			n.gone(d)
		}
	case opGone:
		n.gone(n.driver(i))
	case opReap:
		n.tree(i).dying = false
		n.say("%s is not listed any more", who(n.trees[i].uid))
	case opExit:
		d := n.driver(i)
		n.say("the kernel reports to %s that pid %d has exited", who(d.uid), 100+d.exits[k].uid)
		d.inbox = with(d.inbox, simDelivery{simInput: simInput{event: fsm.Exited, run: d.exits[k].run}})
		d.exits = slices.Delete(slices.Clone(d.exits), k, k+1)
	case opAnswer:
		n.answer(n.driver(i))
	case opServe:
		t := n.tree(i)
		t.serves, n.db = true, simGoodDB
		n.say("%s serves", who(t.uid))
	case opObey, opDoomed, opMishap:
		t := n.tree(i)
		t.member = t.member && k == 0
		n.endLeader(t)
		if m.op == opMishap {
			n.left.Mishap--
		}
		n.say("%s exits (%s)", who(t.uid), map[byte]string{opObey: "SIGTERM", opDoomed: "its database has no schema", opMishap: "it crashes"}[m.op])
	case opHang:
		t := n.tree(i)
		t.hung = true
		n.left.Mishap--
		n.say("%s hangs", who(t.uid))
	case opSlow:
		t := n.tree(i)
		t.slow = true
		n.left.Mishap--
		n.say("%s becomes slow", who(t.uid))
	case opSetup:
		n.setsUp(n.driver(i))
	case opLate:
		n.answerLate(n.driver(i))
	case opLose:
		t := n.tree(i)
		t.lost, n.db, n.setup = true, simNoDB, simSetup{}
		n.left.Mishap--
		n.say("%s loses its database", who(t.uid))
	case opDriver:
		n.stepDriver(i, "")
	case opFullDrv:
		n.stepDriver(i, "full")
	case opCommand:
		n.stepCommand(i, false, "")
	case opFullCmd:
		n.stepCommand(i, false, "full")
	case opNotice:
		n.stepCommand(i, true, "")
	case opKill:
		d := n.driver(i)
		n.say("SIGKILL to what has temporal.lock")
		if n.signalTree(d.victim, true) { // posted after a second of rounds
			d.killing = false
			d.inbox = with(d.inbox, simDelivery{simInput: simInput{event: fsm.LockDenied, run: d.awaited}})
		}
	case opDriverTmr:
		d := n.driver(i)
		t := d.timers[k]
		d.timers = slices.Delete(slices.Clone(d.timers), k, k+1)
		d.inbox = with(d.inbox, simDelivery{simInput: simInput{event: t.event, seq: d.s.Seq, run: d.s.Run}})
		n.say("%s's timer %s fires", who(d.uid), t.event)
		n.mayElapse(d, t.event)
		if t.event == fsm.StartDeadline && n.left.Late > 0 && !n.run.fair {
			n.left.Late--
		}
	case opCmdTmr:
		n.fire(n.cmd(i), k)
	case opLook:
		n.watch()
	case opUntied:
		d := n.driver(i)
		d.tied = simProc{}
		d.inbox = with(d.inbox, simDelivery{simInput: simInput{event: fsm.Untied}})
		n.say("%s learns that the run has ended", who(d.uid))
	case opKeep:
		n.keep(i)
	case opTakeOver:
		n.takeOver()
	case opEndRun:
		n.say("%s ends", who(n.cmds[i].uid))
		n.endCommand(i, "killed")
	default:
		n.fail(m, i, k)
	}
	if !w.fine() && w.run.hear == nil { // TestContract sees what is between
		n.settle(w, m)
	}
	n.trees = slices.DeleteFunc(n.trees, func(t *simTree) bool { return !t.alive() })
	n.witness()
	return n
}

// settle lets an idle process take at once what has arrived: what others do before it is taken
// comes to the same before it arrives or after it is taken.
func (n *simWorld) settle(before *simWorld, m simMove) {
	i := int(m.who)
	switch m.op {
	case opExit, opAnswer, opLate, opGrantLock, opGone, opDriverTmr, opUntied:
		if d := before.driverAt(i); d.begun && len(d.effects)+len(d.pending)+len(d.answers)+len(d.inbox) == 0 {
			n.stepDriver(i, "")
		}
	case opGrantSupervisor, opCmdTmr:
		if c := before.cmds[i]; c.drive == nil && len(c.deeds)+len(c.sights) == 0 {
			n.stepCommand(i, false, "")
		}
	}
}

// gone informs a driver that nothing of its tree lives.
func (n *simWorld) gone(d *simDriver) {
	if len(n.trees) > 0 {
		n.breaks("%s learns that the tree is gone, and it lives", who(d.uid))
	}
	d.seesOff = false
	d.inbox = with(d.inbox, simDelivery{simInput{event: fsm.Gone, run: d.awaited}, true})
	n.say("the tree of %s is gone", who(d.uid))
}

func (w *simWorld) driverAt(i int) *simDriver {
	if i >= inCommand {
		return w.cmds[i-inCommand].drive
	}
	return w.drivers[i]
}

func (n *simWorld) answer(d *simDriver) {
	in := simInput{event: fsm.Probed, run: d.s.Run}
	for _, t := range n.trees {
		switch {
		case t.leader && n.slow(t):
			in.waits, d.waits = true, t.serves && !t.hung
		case t.leader && t.serves && !t.hung:
			in.ready, in.lost, in.proc = !t.lost, t.lost, n.process(t.uid)
		}
	}
	d.asked = false
	d.inbox = with(d.inbox, simDelivery{simInput: in})
	n.say("%s's probe is answered: %t (the database is lost: %t)", who(d.uid), in.ready, in.lost)
}

// slow reports whether a Temporal answers late.
func (w *simWorld) slow(t *simTree) bool { return t.slow && !w.run.fair }

// answerLate answers a question that was asked of the Temporal that runs. One that has
// ended answers no more, as its connections end with it.
func (n *simWorld) answerLate(d *simDriver) {
	d.waits = false
	for _, t := range n.trees {
		if t.leader && t.serves && !t.hung {
			d.inbox = with(d.inbox, simDelivery{simInput: simInput{event: fsm.Probed, run: d.s.Run, ready: true, slow: true, proc: n.process(t.uid)}})
			n.say("%s's probe is answered late", who(d.uid))
		}
	}
}

func (n *simWorld) fire(c *simCmd, k int) {
	t := c.timers[k]
	c.timers = slices.Delete(slices.Clone(c.timers), k, k+1)
	sight := simSight{saw: t.saw, rec: simNoRec, look: true}
	if !slices.Contains(c.sights, sight) {
		c.sights = with(c.sights, sight)
	}
	n.say("%s's timer for %q fires", who(c.uid), t.saw)
	if t.saw != fsm.InputBusy && n.left.Late > 0 && !n.run.fair {
		n.left.Late--
	}
}

// fail applies a fault and books it.
func (n *simWorld) fail(m simMove, i, k int) {
	switch m.op {
	case opCrashCmd:
		n.left.Crash--
		n.say("%s is killed", who(n.cmds[i].uid))
		n.endCommand(i, "killed")
	case opCrashDrv:
		n.left.Crash--
		n.say("%s is killed", who(n.drivers[i].uid))
		n.killDriver(i)
	case opFreeze:
		n.left.Freeze--
		d := n.driver(i)
		d.frozen = true
		n.say("%s is stopped (SIGSTOP)", who(d.uid))
	case opTear:
		n.left.Ill--
		n.disk.Torn, n.fell = true, true
		n.say("the record is damaged")
	case opForeign:
		n.left.Ill--
		n.addForeign(k)
	case opPower:
		n.left.Power--
		n.powerCut(k)
	case opClock:
		n.left.Clock--
		n.turn(k)
	}
}

func (n *simWorld) addForeign(k int) {
	if k == 4 {
		n.portTaken = n.disk.Rec.Settings.Port
		n.say("a foreign process takes port %d", n.portTaken)
		return
	}
	s := simForeign{proc: n.process(n.newProcess()), locks: k == 0 || k == 2}
	switch k {
	case 0, 3:
		s.proc.pid = n.disk.Rec.Temporal.PID
	case 1:
		s.proc.pid = n.disk.Rec.Supervisor.PID
	}
	n.foreignProcs = append(n.foreignProcs, s)
	n.say("a foreign process gets pid %d (takes temporal.lock: %t)", s.proc.pid, s.locks)
}

func (n *simWorld) powerCut(k int) {
	for i, c := range n.cmds {
		if c.opened && !c.over {
			n.endCommand(i, "killed")
		}
	}
	n.drivers, n.trees, n.foreignProcs, n.lock, n.supervisorLock, n.portTaken, n.caretakers = nil, nil, nil, 0, nil, 0, 0
	n.boot++
	switch k {
	case 1:
		n.disk = simDisk{There: n.disk.Last.State != "", Rec: n.disk.Last, Last: n.disk.Last}
	case 2:
		n.disk = simDisk{Rec: simNoRec, Last: simNoRec}
	case 3:
		n.disk.Torn = true
	}
	n.fell = n.fell || k > 1
	n.say("the power fails; the record %s", []string{"stays", "is the latest durable one", "is lost", "is torn"}[k])
}
