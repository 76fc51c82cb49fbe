package sim

import (
	"slices"

	"github.com/stigmer/local/fsm"
)

// lockFree reports whether temporal.lock has no owner.
func (w *simWorld) lockFree() bool {
	if w.lock != 0 {
		return false
	}
	for _, t := range w.trees {
		if w.holds(t) {
			return false
		}
	}
	return !w.foreign()
}

// foreign reports whether a foreign process holds temporal.lock.
func (w *simWorld) foreign() bool {
	return slices.ContainsFunc(w.foreignProcs, func(s simForeign) bool { return s.locks })
}

// observe mirrors evidence.Observe and evidence.Classify.
func (w *simWorld) observe(r *simRec) (hold fsm.LockOwner, leader simProc) {
	if w.lockFree() {
		if w.outlived(r.tmp) {
			return fsm.OwnerLeftover, r.tmp
		}
		return fsm.OwnerNone, simProc{}
	}
	for _, t := range w.trees {
		if t.locked && t.leader { // by the record, or by the mark of our spawn
			return fsm.OwnerOurs, w.process(t.uid)
		}
	}
	for _, s := range w.foreignProcs {
		if s.locks && s.proc.same(r.tmp) {
			return fsm.OwnerOurs, s.proc
		}
	}
	for _, t := range w.trees {
		if w.holds(t) && !w.hidden(t) {
			return fsm.OwnerLeftover, r.tmp
		}
	}
	if w.lock != 0 { // a driver has it between two Temporals
		return fsm.OwnerNone, simProc{}
	}
	return fsm.OwnerForeign, simProc{}
}

// portsOf are the ports of a Temporal that runs.
func (w *simWorld) portsOf(leader simProc) fsm.Ports {
	for _, t := range w.trees {
		if t.leader && w.process(t.uid) == leader {
			return t.ports
		}
	}
	return fsm.Ports{}
}

// observePorts mirrors actions.observePorts. The frontend has two ports to draw from, each of the others one
// that is always free.
func (w *simWorld) observePorts(r *simRec, in simInput) simInput {
	in.taken = w.portTaken != 0 && r.DrawnBefore().Frontend == w.portTaken
	free := fsm.Ports{Frontend: 1, UI: 3, HTTP: 4, Metrics: 5}
	if free.Frontend == w.portTaken || free.Frontend == r.Drawn.Frontend {
		free.Frontend = 2
	}
	for i, draws := range r.Draws(in.ports()) {
		if draws {
			*in.spare.All()[i] = *free.All()[i]
		}
	}
	return in
}

// endProcess closes what a process had open.
func (w *simWorld) endProcess(uid uint64) {
	if w.lock == uid {
		w.lock = 0
	}
	w.supervisorLock = slices.DeleteFunc(w.supervisorLock, func(p uint64) bool { return p == uid })
}

func (w *simWorld) endDriver(i int) {
	w.endProcess(w.drivers[i].uid)
	w.drivers = slices.Delete(w.drivers, i, i+1)
}

// endCommand keeps only how it ended.
func (w *simWorld) endCommand(i int, end fsm.CommandResult) {
	c := w.cmds[i]
	w.endProcess(c.uid)
	w.cmds[i] = &simCmd{simTying: simTying{run: c.run}, uid: c.uid, c: c.c, over: true, end: end}
	if c.run && c.opened {
		w.caretakers++
	}
}

// save replaces the record by rename, and wakes the processes that wait for it. One that is not
// durable a power cut may undo.
func (w *simWorld) save(uid uint64, r *simRec, durable bool) {
	if !slices.Contains(w.supervisorLock, uid) {
		w.breaks("%s writes the record without supervisor.lock", who(uid))
	}
	if r.illegible != "" {
		w.breaks("%s writes a record that cannot be read again: %s", who(uid), r.illegible)
	}
	if !w.fell && w.disk.There && r.Generation < w.disk.Rec.Generation {
		w.breaks("the record's generation goes back from %d to %d", w.disk.Rec.Generation, r.Generation)
	}
	w.mayUntie(uid, r)
	w.mayForget(r)
	last := w.disk.Last
	if durable {
		last = r
	}
	w.disk = simDisk{There: true, Rec: r, Last: last}
	for i, c := range w.cmds {
		pending := slices.ContainsFunc(c.sights, func(s simSight) bool { return s.look && s.saw == fsm.InputBusy })
		if c.watching && !c.over && !c.changed && !pending { // a look to come will see it
			w.cmd(i).changed = true
		}
	}
}

// recover mirrors evidence.Recover and rebuild.
func (w *simWorld) recover() *simRec {
	if w.disk.There && !w.disk.Torn {
		return w.disk.Rec
	}
	w.disk = simDisk{Rec: simNoRec, Last: w.disk.Last}
	r := fsm.Record{State: fsm.Stopped, Desired: fsm.WantStopped, Settings: fsm.Settings{Policy: simPolicy}}
	if hold, leader := w.observe(simNoRec); hold == fsm.OwnerOurs {
		r.Temporal, r.Settings, r.Drawn = leader.full(), w.run.conf.Kind.settings(), w.portsOf(leader)
		r.Settings.Port, r.Settings.UIPort, r.Drawn.Frontend, r.Drawn.UI = r.Drawn.Frontend, r.Drawn.UI, 0, 0 // as if asked for
	}
	return w.run.cache.rec(r)
}

// simPolicy lets restarts and probes end soon: the second deaf probe is past the
// deadline. When a timer fires is up to the search.
var simPolicy = fsm.Policy{
	StartDeadline: 20_000, StartPeriod: 10, Period: 20, Timeout: 20, Threshold: 1, LivenessDeadline: 1,
	Grace: 3_000, RestartGrace: 2_500, BackoffBase: 500, BackoffMax: 1_000, StableAfter: 200,
	RestartLimit: 2, RestartWindow: 1_000_000, UnservedLimit: 2,
}

// simSettings has each port drawn.
var simSettings = fsm.Settings{IP: "127.0.0.1", DB: "/db", TemporalBin: "/bin/temporal", Policy: simPolicy}
