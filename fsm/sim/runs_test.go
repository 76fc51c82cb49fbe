package sim

import (
	"slices"

	"github.com/stigmer/local/fsm"
)

// verbRun is a start whose process lives on, with a Temporal that is tied to it: what `run` does while
// its command runs. Its end may come at any moment, and none asks for it. The orderly end of a run
// is a stop beside it.
const verbRun fsm.Verb = "run"

// simTying is what a command has that is a run.
type simTying struct {
	run   bool
	lived bool    // its start has succeeded
	keeps simProc // the supervisor whose end it awaits
}

// simTied is what a driver knows of the run to which its Temporal is tied.
type simTied struct {
	tied      simProc // the run whose end is to be reported
	told      bool    // the driver knows of it
	caretaker bool    // it was a caretaker
}

// simRuns are a run by itself, and beside each other command, over every Temporal.
func simRuns() []simConf {
	var list []simConf
	add := func(initials string, kind simKind, running bool, b simBudget) {
		list = append(list, simConf{Verbs: verbs(initials), Kind: kind, Running: running, Budget: b})
	}
	for i, initials := range []string{"u", "us", "ux", "ur", "uu"} {
		add(initials, simGood, false, simBudget{Crash: 1})
		for k, kind := range []simKind{simStubborn, simLeaves} {
			add(initials, kind, (i+k)%2 == 0, simBudget{Crash: 1})
		}
		for k, kind := range []simKind{simCrash, simHang} {
			add(initials, kind, (i+k)%2 == 1, simBudget{Mishap: 1})
		}
	}
	for i, b := range []simBudget{{Crash: 1}, {Crash: 2}, {Crash: 1, Freeze: 1}, {Full: 1}, {Power: 1}, {Crash: 1, Mishap: 1}} {
		add("u", simGood, i%2 == 0, b)
	}
	for i, initials := range []string{"us", "ux", "ur", "uu"} {
		add(initials, simGood, i%2 == 0, simBudget{Full: 1})
		add(initials, simGood, i%2 == 1, simBudget{Power: 1})
		if initials != "ur" {
			add(initials, simGood, i%2 == 0, simBudget{Crash: 2})
		}
	}
	for _, initials := range []string{"ux", "uu"} {
		add(initials, simGood, true, simBudget{Crash: 1, Freeze: 1})
	}
	return list
}

// rests reports whether a run's start has succeeded, and nothing is left to be done but to live.
func (c *simCmd) rests() bool { return c.lived && c.c.Done() && len(c.deeds) == 0 }

// kin reports whether two commands want the same.
func (c *simCmd) kin(o *simCmd) bool { return c.name() == o.name() }

// tied is a command as it opens: a run's names its process.
func (w *simWorld) tied(c *simCmd) fsm.Command {
	v := c.c.Command
	if c.run {
		v.TiedTo = w.process(c.uid).full()
	}
	return v
}

// endsBeside reports whether another command may end Temporal for good: a stop, or a run by its end.
func (w *simWorld) endsBeside(c *simCmd) bool {
	return slices.ContainsFunc(w.cmds, func(o *simCmd) bool { return o.uid != c.uid && (o.c.Verb == fsm.VerbStop || o.run) })
}

// runLives reports whether a process is a run that lives.
func (w *simWorld) runLives(p simProc) bool {
	return slices.ContainsFunc(w.cmds, func(c *simCmd) bool { return c.run && c.opened && !c.over && w.process(c.uid).same(p) })
}

// untied mirrors evidence.Untied.
func (w *simWorld) untied(r *simRec) bool { return r.tie.pid != 0 && !w.runLives(r.tie) }

// rest mirrors what a run does after its start: it awaits the end of the supervisor. What waits for
// supervisor.lock lets go of it at once (Client.Leave). A start that fails is the end of its run, but for one that
// only was to supervise anew.
func (w *simWorld) rest(i int, c *simCmd, end fsm.CommandResult) {
	keeps := c.last.sup
	if end != fsm.ResultStarted && end != fsm.ResultAlreadyRunning {
		if !c.lived {
			w.endCommand(i, end)
			return
		}
		keeps = simProc{}
	}
	w.cmds[i] = &simCmd{simTying: simTying{true, true, keeps}, uid: c.uid, c: c.c, opened: true, last: simNoRec}
}

// runMoves lists what comes of runs by itself.
func (w *simWorld) runMoves(add func(op byte, who, arg int)) {
	w.eachDriver(func(i int, d *simDriver) {
		if d.tied.pid != 0 && !d.frozen && !w.runLives(d.tied) {
			add(opUntied, i, 0)
		}
	})
	for i, c := range w.cmds {
		if c.rests() && c.keeps.pid != 0 && !w.drives(c.keeps, func(*simDriver) bool { return true }) {
			add(opKeep, i, 0)
		}
	}
	if w.caretakers > 0 && len(w.supervisorLock) == 0 {
		add(opTakeOver, 0, 0)
	}
}

// keep mirrors KeepSupervised: the supervisor has died, and the start is made again if Temporal is still wanted.
func (w *simWorld) keep(i int) {
	c := w.cmd(i)
	if r, lost := w.readable(); lost || r.Desired != fsm.WantRunning {
		c.keeps = simProc{}
		w.say("%s sees that its supervisor has ended as it should", who(c.uid))
		return
	}
	again := w.newCommand(verbRun)
	again.uid, again.lived = c.uid, true
	w.cmds[i] = again
	w.say("%s sees that its supervisor has died, and starts anew", who(c.uid))
	w.stepCommand(i, false, "")
}

// takeOver mirrors TakeOver: a caretaker, of which each run has one, gets supervisor.lock.
func (w *simWorld) takeOver() {
	w.caretakers--
	d := &simDriver{simTied: simTied{caretaker: true}, uid: w.newProcess(), s: simNobody, brings: simNoRec, victim: simNoRec}
	w.drivers = append(w.drivers, d)
	w.supervisorLock = append(w.supervisorLock, d.uid)
	w.say("a caretaker takes supervisor.lock and becomes %s", who(d.uid))
}

// killDriver ends a driver before its time. Where it was a caretaker, the next run has another one made (Sweep).
func (w *simWorld) killDriver(i int) {
	if w.drivers[i].caretaker {
		w.caretakers++
	}
	w.endDriver(i)
}

// mayUntie: the tie to a run that lives is only replaced by that to another.
func (w *simWorld) mayUntie(uid uint64, r *simRec) {
	if was := w.disk.Rec.tie; !w.fell && r.tie != was && w.runLives(was) && !w.runLives(r.tie) {
		w.breaks("%s unties Temporal from a run that lives", who(uid))
	}
}

// mayLast: what a run has left is ended at once.
func (w *simWorld) mayLast(d *simDriver, does string) {
	if d.told {
		w.breaks("%s %s, though it knows that the run has ended to which Temporal is tied", who(d.uid), does)
	}
}

// leaves says what the runs of a scenario have left once every command is dead, and all has happened that does so by
// itself. What cannot be proven to be ours is left alone, and a disk that is full may keep the record as it was.
func (w *simWorld) leaves(of simConf) string {
	if slices.ContainsFunc(w.drivers, func(d *simDriver) bool { return d.frozen }) {
		return ""
	}
	n := w
	for range 500 {
		m, ok := n.urgent()
		switch {
		case n.bad != "":
			return n.bad
		case ok:
			n = n.apply(m)
			n.check()
			continue
		case n.unproven():
			return ""
		case len(n.trees) > 0 && n.untied(n.disk.Rec):
			return "the run is dead, and the Temporal that is tied to it lives"
		case len(n.trees) > 0 && of.alone():
			return "the runs are dead, and a Temporal lives that no other command has wanted"
		case of.Budget.Full == 0 && n.untied(n.disk.Rec) && n.disk.Rec.tie.boot == n.boot && n.disk.Rec.Desired == fsm.WantRunning:
			return "the run is dead, and the record still wants its Temporal"
		case len(n.trees) == 0 && len(n.supervisorLock) > 0:
			return "no Temporal is left, and supervisor.lock is held"
		}
		return ""
	}
	return "what a run has left does not end in 500 steps"
}

// thenNothing stands where a story has the undisturbed command after its last move, if there is none.
const thenNothing fsm.Verb = "nothing"

// alone reports whether nothing but runs wants a Temporal.
func (c simConf) alone() bool {
	return !c.Running && !slices.ContainsFunc(c.Verbs, func(v fsm.Verb) bool { return v != verbRun && v != fsm.VerbStop })
}
