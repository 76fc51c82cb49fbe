package sim

import "slices"

// simRemains are two commands over a Temporal of which something stays that has no lock, or
// no mark, and one command while the clock is set back. Members
// without the lock are found by the record alone: a supervisor that is killed before it
// has named the leader, and a leader that then crashes, leave them unseen, so these two
// faults are not combined.
func simRemains() []simConf {
	var list []simConf
	for _, initials := range []string{"ss", "sx", "sr", "xx", "xr", "rr"} {
		add := func(kind simKind, b simBudget) {
			list = append(list, simConf{Verbs: verbs(initials), Kind: kind, Running: true, Budget: b})
		}
		add(simHides, simBudget{Crash: 1, Mishap: 1})
		add(simSheds, simBudget{Crash: 1})
		add(simSheds, simBudget{Mishap: 1})
	}
	for _, kind := range []simKind{simLeaves, simSheds} {
		for _, initial := range []string{"s", "x", "r"} {
			list = append(list, simConf{Verbs: verbs(initial), Kind: kind, Running: true, Budget: simBudget{Mishap: 1, Clock: 1}})
		}
	}
	return list
}

// endLeader ends the leader. Both kernels close its descriptors, and list it for a while
// longer: do_exit of Linux has exit_files, then exit_notify; proc_exit of XNU, in
// bsd/kern/kern_exit.c, has fdt_invalidate, then NOTE_EXIT, then SZOMB. That counts only
// where members without the lock are looked for.
func (w *simWorld) endLeader(t *simTree) {
	t.leader, t.serves = false, false
	t.dying = w.run.conf.Kind == simSheds && t.member
}

// holds reports whether anything of a tree holds temporal.lock.
func (w *simWorld) holds(t *simTree) bool {
	return t.locked && (t.leader || t.escaped || t.member && w.run.conf.Kind != simSheds)
}

// hidden reports whether what holds temporal.lock of a tree cannot be proven to be ours: it
// is out of the group, shows no mark, and is the only holder.
func (w *simWorld) hidden(t *simTree) bool {
	return w.holds(t) && w.run.conf.Kind == simHides && !t.leader && !t.member
}

// unproven reports whether no holder of temporal.lock can be proven to be ours.
func (w *simWorld) unproven() bool {
	return w.foreign() || slices.ContainsFunc(w.trees, w.hidden)
}

// outlived mirrors actions.leftoverMembers: members of the recorded group live on after their
// leader. One that is dying leads no group any more.
func (w *simWorld) outlived(leader simProc) bool {
	for _, t := range w.trees {
		if led := w.process(t.uid); t.member && led.pid == leader.pid {
			listed, dying := t.leader || t.dying, t.dying
			m := simMember{proc: simProc{t.uid, led.pid + 10_000, w.boot}, pgid: led.pid}
			return (!listed || dying) && m.inGroup(leader)
		}
	}
	return false
}
