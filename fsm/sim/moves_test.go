package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stigmer/local/fsm"
)

// simMove is one thing that may happen next; who and arg depend on op.
type simMove struct {
	op       byte
	who, arg uint8
}

// The moves. In the order of simOps an undisturbed run takes the first that is
// possible; the timers after them, the shortest first.
const (
	opGrantSupervisor = 'w' // the kernel gives supervisor.lock to a waiting command
	opGrantLock       = 'l' // and temporal.lock to a waiting driver
	opGone            = 'v' // a driver that has temporal.lock finds no member of the group any more
	opReap            = 'g' // a dying leader is not listed any more
	opExit            = 'x' // the kernel reports the leader's exit to a driver
	opServe           = 'b' // Temporal serves
	opObey            = 'T' // Temporal ends after SIGTERM; arg 1: so does its whole group
	opDoomed          = 'q' // Temporal ends by itself: its database is half made
	opDriver          = 'd'
	opAnswer          = 'p' // a probe is answered, or its time is over
	opSetup           = 'a' // Temporal answers the calls of a setup
	opLate            = 'i' // a slow Temporal answers a probe whose time is over
	opCommand         = 'c'
	opNotice          = 'n' // a command sees that the record has changed
	opKill            = 'k' // one round of SIGKILL
	opDriverTmr       = 'e'
	opCmdTmr          = 't'
	opLook            = 's' // a look of the state command
	opUntied          = 'u' // a driver learns that the run has ended to which Temporal is tied
	opKeep            = 'f' // a run sees that its supervisor has died
	opTakeOver        = 'o' // a caretaker gets supervisor.lock
	opEndRun          = 'E' // a run ends, however
	// faults
	opCrashCmd = 'C'
	opCrashDrv = 'K'
	opFreeze   = 'z'
	opMishap   = 'm' // Temporal's leader dies
	opHang     = 'h'
	opSlow     = 'S' // Temporal becomes slow
	opLose     = 'L' // the database is deleted under Temporal
	opFullDrv  = 'F' // the next effect of a driver fails
	opFullCmd  = 'G' // the next deed of a command fails
	opTear     = 'y' // the record is damaged from outside
	opForeign  = 'r' // arg 0: takes the recorded Temporal's PID and temporal.lock; 1: the recorded supervisor's PID; 2: only temporal.lock; 3: the recorded Temporal's PID, which is its group's number; 4: the recorded port of the frontend
	opPower    = 'P' // everything dies; arg: the record stays, is the latest durable one, is lost, is torn
	opClock    = 'j' // the clock jumps; arg: the turns
)

const simOps = "uwlvxTbqdpaicnkgfo"

func (m simMove) String() string {
	if m.arg > 0 {
		return fmt.Sprintf("%c%d:%d", m.op, m.who, m.arg)
	}
	return fmt.Sprintf("%c%d", m.op, m.who)
}

func parseMove(text string) (simMove, error) {
	who, arg, _ := strings.Cut(text[1:], ":")
	a, err := strconv.ParseUint(who, 10, 8)
	if err != nil {
		return simMove{}, err
	}
	b, _ := strconv.ParseUint(arg, 10, 8)
	return simMove{text[0], uint8(a), uint8(b)}, nil
}

// moves lists all that may happen next, in room.
func (w *simWorld) moves(room []simMove) []simMove {
	list := room[:0]
	add := func(op byte, who, arg int) { list = append(list, simMove{op, uint8(who), uint8(arg)}) }
	free := w.lockFree()
	for i, t := range w.trees {
		switch {
		case t.termed && t.leader:
			add(opObey, i, 0)
			if t.member {
				add(opObey, i, 1)
			}
		case t.leader && t.doomed:
			add(opDoomed, i, 0)
		case t.leader && !t.serves && !t.hung && w.run.conf.Kind != simDeaf || t.leader && !t.serves && w.run.fair && !t.hung:
			add(opServe, i, 0)
		}
		if t.dying {
			add(opReap, i, 0)
		}
	}
	w.eachDriver(func(i int, d *simDriver) {
		if d.frozen {
			return
		}
		if !d.begun || len(d.effects)+len(d.pending)+len(d.answers)+len(d.inbox) > 0 || d.s.Done {
			add(opDriver, i, 0)
		}
		if d.awaits && free {
			add(opGrantLock, i, 0)
		}
		if d.seesOff && !w.outlived(d.s.rec.tmp) {
			add(opGone, i, 0)
		}
		for k, e := range d.exits {
			if !w.leaderLives(e.uid) {
				add(opExit, i, k)
			}
		}
		if d.asked {
			add(opAnswer, i, 0)
		}
		if d.waits {
			add(opLate, i, 0)
		}
		if w.maySetUp(d) {
			add(opSetup, i, 0)
		}
		if d.killing && w.killable(d.victim) {
			add(opKill, i, 0)
		}
	})
	for i, c := range w.cmds {
		switch {
		case c.over:
		case !c.opened:
			// Of alike commands the first one opens first, but for TestContract, which knows each by its name.
			if w.run.hear != nil || !slices.ContainsFunc(w.cmds[:i], func(o *simCmd) bool { return !o.opened && !o.over && o.kin(c) && o.old == c.old }) {
				add(opCommand, i, 0)
			}
		default:
			if c.drive == nil && len(c.deeds)+len(c.sights) > 0 {
				add(opCommand, i, 0)
			}
			if c.waiters > 0 && len(w.supervisorLock) == 0 {
				add(opGrantSupervisor, i, 0)
			}
			if c.changed && len(c.deeds) == 0 && c.drive == nil {
				add(opNotice, i, 0)
			}
		}
	}
	w.runMoves(add)
	list = w.driverTimers(list, false)
	list = w.cmdTimers(list, false)
	if len(list) == 0 || w.left.Late > 0 && !w.run.fair {
		list = w.driverTimers(list, true)
		list = w.cmdTimers(list, true)
	}
	if !w.run.fair {
		list = w.faults(list)
	}
	return list
}

func (w *simWorld) leaderLives(uid uint64) bool {
	for _, t := range w.trees {
		if t.uid == uid {
			return t.leader
		}
	}
	return false
}

func (w *simWorld) killable(r *simRec) bool {
	return w.foreign() || slices.ContainsFunc(w.trees, w.holds) || w.outlived(r.tmp)
}

// driverTimers: the clock stands still, so short timers may fire at any time and
// long ones while nothing else can happen, or against a budget. Probes that would
// only find again what is known are left out.
func (w *simWorld) driverTimers(list []simMove, long bool) []simMove {
	up := w.proof() == fsm.InputProbeOK
	lost := slices.ContainsFunc(w.trees, func(t *simTree) bool { return t.lost })
	slow := slices.ContainsFunc(w.trees, w.slow)
	w.eachDriver(func(i int, d *simDriver) {
		if d.frozen || d.s.Done {
			return
		}
		for k, t := range d.timers {
			if long != (t.event == fsm.StartDeadline) {
				continue
			}
			useful := true
			switch t.event {
			case fsm.ProbeDue:
				// The kernel reports a dead leader sooner than a probe.
				stale := d.s.State != fsm.Starting && (w.disk.Torn || !w.disk.There || d.unsaved) // its probes write the record anew
				known := d.s.State == fsm.Healthy && up && !lost && !slow || d.s.State == fsm.Degraded && lost && d.s.Lost || d.s.State == fsm.Starting && !up
				useful = stale || !known && (up || w.leaderLives(d.s.Temporal.StartTicks))
			case fsm.StartDeadline:
				useful = d.s.State == fsm.Starting
			case fsm.GraceElapsed:
				useful = !w.lockFree()
			}
			if useful {
				list = append(list, simMove{opDriverTmr, uint8(i), uint8(k)})
			}
		}
	})
	return list
}

func (w *simWorld) cmdTimers(list []simMove, long bool) []simMove {
	up := w.proof() == fsm.InputProbeOK
	for i, c := range w.cmds {
		if c.over {
			continue
		}
		for k, t := range c.timers {
			if t.saw != fsm.InputBusy && c.drivesLonger(t) {
				if !long {
					list = append(list, simMove{opCmdTmr, uint8(i), uint8(k)})
				}
				continue
			}
			if c.drive != nil || t.saw == fsm.InputTimeout && c.waitsShortly() {
				continue
			}
			if short := t.saw == fsm.InputBusy && up; long != short && (t.saw != fsm.InputBusy || up || !w.run.fair) { // it would find the same
				list = append(list, simMove{opCmdTmr, uint8(i), uint8(k)})
			}
		}
	}
	return list
}

// waitsShortly reports whether a timer is armed that fires long before the command's
// patience is over. A restart to which a lock is left gets it at once: that it has its time
// first is tried against the budget of what is late.
func (c *simCmd) waitsShortly() bool {
	return slices.ContainsFunc(c.timers, func(t simArmed) bool { return t.saw == fsm.InputYieldOver || t.saw == fsm.InputStillLost })
}

// drivesLonger reports whether a timer of the command fires while its own drive
// waits for a longer one: then both may.
func (c *simCmd) drivesLonger(t simArmed) bool {
	return c.drive != nil && slices.ContainsFunc(c.drive.timers, func(own simTimer) bool { return own.after > t.after })
}
