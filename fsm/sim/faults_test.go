package sim

import (
	"slices"

	"github.com/stigmer/local/fsm"
)

// faults lists what may go wrong.
func (w *simWorld) faults(list []simMove) []simMove {
	add := func(op byte, who, arg int) { list = append(list, simMove{op, uint8(who), uint8(arg)}) }
	if w.left.Crash > 0 {
		for i := range w.drivers {
			add(opCrashDrv, i, 0)
		}
		for i, c := range w.cmds {
			if c.opened && !c.over {
				add(opCrashCmd, i, 0)
			}
		}
	}
	for i, c := range w.cmds {
		if c.lived && !c.over {
			add(opEndRun, i, 0)
		}
	}
	if w.left.Freeze > 0 {
		for i, d := range w.drivers {
			if !d.frozen && d.begun {
				add(opFreeze, i, 0)
			}
		}
	}
	if w.left.Mishap > 0 {
		for i, t := range w.trees {
			if t.leader && w.run.conf.Kind != simHang && w.run.conf.Kind != simSlow {
				add(opMishap, i, 0)
			}
			if t.leader && !t.hung && (w.run.conf.Kind == simHang || t.slow) {
				add(opHang, i, 0)
			}
			if t.leader && !t.slow && w.run.conf.Kind == simSlow {
				add(opSlow, i, 0)
			}
			if t.serves && !t.lost && w.run.conf.Kind == simLoses {
				add(opLose, i, 0)
			}
		}
	}
	if w.left.Full > 0 {
		w.eachDriver(func(i int, d *simDriver) {
			if d.begun && !d.frozen && len(d.effects)+len(d.pending)+len(d.answers)+len(d.inbox) > 0 {
				add(opFullDrv, i, 0)
			}
		})
		for i, c := range w.cmds {
			if len(c.deeds) > 0 && c.deeds[0].ask == fsm.ActHandOver && c.half < 2 {
				add(opFullCmd, i, 0)
			}
		}
	}
	if w.left.Ill > 0 {
		w.ills(add)
	}
	if w.left.Power > 0 {
		for arg := range 4 {
			add(opPower, 0, arg)
		}
	}
	if w.left.Look > 0 && w.looks.at < looksDone {
		add(opLook, 0, 0)
	}
	if w.left.Clock > 0 {
		w.turns(add)
	}
	return list
}

// groupLives reports whether the group that a process led has a member: its number is not given
// out again before.
func (w *simWorld) groupLives(leader simProc) bool {
	return slices.ContainsFunc(w.members(), func(m simMember) bool { return m.pgid == leader.pid })
}

func (w *simWorld) ills(add func(op byte, who, arg int)) {
	if w.disk.There && !w.disk.Torn {
		add(opTear, 0, 0)
	}
	reused := w.disk.Rec.tmp.pid != 0 && !w.groupLives(w.disk.Rec.tmp)
	if reused && w.lockFree() {
		add(opForeign, 0, 0)
	}
	s := w.disk.Rec.Supervisor
	if s.PID != 0 && !slices.ContainsFunc(w.drivers, func(d *simDriver) bool { return d.uid == s.StartTicks }) {
		add(opForeign, 0, 1)
	}
	if w.lockFree() {
		add(opForeign, 0, 2)
	}
	if reused {
		add(opForeign, 0, 3)
	}
	if len(w.trees) == 0 && w.disk.Rec.Settings.Port != 0 {
		add(opForeign, 0, 4)
	}
}
