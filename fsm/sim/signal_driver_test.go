package sim

import "github.com/stigmer/local/fsm"

// signalDriver mirrors actions.signalOne, which proves and then signals: where PIDs are
// given out again, something may come in between. It reports whether it is over.
func (w *simWorld) signalDriver(c *simCmd, deed *simDeed) bool {
	if c.half == 0 {
		now, proven := w.proven(deed.driver)
		if !proven {
			return true
		}
		c.target = now
		if w.run.conf.Budget.Ill > 0 {
			c.half = 1
			return false
		}
	}
	if deed.ask == fsm.ActKillSupervisor {
		w.mayReplace(c, deed.driver)
	}
	target := c.target
	c.half, c.target = 0, simProc{}
	w.deliver(target, deed)
	return true
}

// proven returns the process that has p's PID now, and whether it is p.
func (w *simWorld) proven(p simProc) (now simProc, proven bool) {
	for _, s := range w.foreignProcs {
		if s.proc.pid == p.pid {
			now = s.proc
		}
	}
	for _, d := range w.drivers {
		if q := w.process(d.uid); q.pid == p.pid {
			now = q
		}
	}
	for _, c := range w.cmds {
		if q := w.process(c.uid); !c.over && q.pid == p.pid {
			now = q
		}
	}
	return now, now.same(p)
}

// deliver signals the process that was proven, or none: the signal is bound to it, by a
// pidfd or by the version of its PID (proc_signal_with_audittoken in bsd/kern/proc_info.c,
// which macOS 14.2 brought: the gap before that is not simulated). Two signals arrive as two:
// that the kernel makes one of those that are pending is not simulated either.
func (w *simWorld) deliver(p simProc, deed *simDeed) {
	kill, in := deed.ask == fsm.ActKillSupervisor, simInput{event: fsm.Stop, again: deed.again}
	switch {
	case deed.ask == fsm.ActAskSetup:
		in.event = fsm.SetupWanted
	case deed.now:
		in.event = fsm.StopNow
	}
	for _, s := range w.foreignProcs {
		if bound := s.proc.same(p); bound {
			w.breaks("a signal to a process that is not ours: the foreign process with pid %d", s.proc.pid)
		}
	}
	for i, d := range w.drivers {
		if !p.same(w.process(d.uid)) {
			continue
		}
		switch {
		case kill || !d.begun: // before it listens for signals that is the end of it
			w.killDriver(i)
		default:
			n := w.driver(i)
			n.inbox = with(n.inbox, simDelivery{simInput: in})
		}
		return
	}
	for i, c := range w.cmds {
		if c.over || !p.same(w.process(c.uid)) {
			continue
		}
		switch {
		case deed.ask == fsm.ActAskStop && c.drive != nil:
			n := w.driver(inCommand + i)
			n.inbox = with(n.inbox, simDelivery{simInput: in})
		default:
			w.endCommand(i, "killed")
		}
		return
	}
}
