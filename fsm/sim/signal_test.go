package sim

import (
	"slices"

	"github.com/stigmer/local/fsm"
)

// simMember is one process that a signal may reach: a part of a tree, or a foreign process.
type simMember struct {
	tree  int // its index, -1 for none
	part  byte
	proc  simProc
	pgid  int
	locks bool
}

// The parts of a tree.
const (
	partLeader  = 'l'
	partMember  = 'm' // in the leader's group
	partEscaped = 'e' // in a group of its own
)

// simOnlooker has both lock files open for as long as the world lasts, and locks neither: a
// backup, an editor, a watch. An opener is no holder, and both kernels say which it is:
// Linux by a line of /proc/PID/fdinfo, macOS by FWASLOCKED, which sys_flock sets
// (bsd/kern/kern_descrip.c) and fill_fileinfo copies (bsd/kern/proc_info.c).
var simOnlooker = simForeign{proc: simProc{pid: 50}}

// members lists all that live but supervisors and commands.
func (w *simWorld) members() []simMember {
	var list []simMember
	for i, t := range w.trees {
		leader := w.process(t.uid)
		add := func(alive bool, part byte, pid, pgid int, locks bool) {
			if alive {
				list = append(list, simMember{i, part, simProc{t.uid, pid, w.boot}, pgid, locks})
			}
		}
		add(t.leader, partLeader, leader.pid, leader.pid, t.locked)
		add(t.member, partMember, leader.pid+10_000, leader.pid, t.locked && w.run.conf.Kind != simSheds)
		add(t.escaped, partEscaped, leader.pid+20_000, leader.pid+20_000, t.locked)
	}
	for _, s := range append(slices.Clip(w.foreignProcs), simOnlooker) {
		list = append(list, simMember{tree: -1, proc: s.proc, pgid: s.proc.pid, locks: s.locks})
	}
	return list
}

// inGroup mirrors actions.inGroup.
func (m simMember) inGroup(leader simProc) bool {
	if m.proc.pid == leader.pid && !m.proc.same(leader) {
		return false
	}
	return leader.pid > 1 && m.pgid == leader.pid && m.proc.boot == leader.boot && m.proc.uid >= leader.uid
}

// signalTree mirrors World.signal: the recorded group, if a member of it is proven to
// hold the lock or to have outlived its leader, and each holder outside the group, if one of the
// holders is proven to be ours. A group is a number: whatever is in it gets the signal. The
// holders are proven before the group is signalled: with the group the proof may end, and
// what left the group without a mark has no other. It reports whether a foreign process holds the
// lock.
func (w *simWorld) signalTree(r *simRec, kill bool) (foreign bool) {
	hold, _ := w.observe(r)
	ours := hold != fsm.OwnerForeign
	members := w.members()
	if w.provenMember(r.tmp) || w.outlived(r.tmp) {
		for _, m := range members {
			if m.pgid == r.tmp.pid {
				w.hit(m, kill)
			}
		}
	}
	for _, m := range members {
		if ours && m.locks && m.pgid != r.tmp.pid {
			w.hit(m, kill)
		}
	}
	if kill && ours && slices.ContainsFunc(w.trees, w.holds) {
		w.breaks("a round of SIGKILL leaves a holder of temporal.lock alive, though it was proven to be ours")
	}
	return !ours
}

// provenMember mirrors actions.provenMember.
func (w *simWorld) provenMember(leader simProc) bool {
	for _, m := range w.members() {
		if m.locks && m.pgid == leader.pid && (m.proc.same(leader) || m.inGroup(leader)) {
			return true
		}
	}
	return false
}

// hit is what a signal does to the process that gets it.
func (w *simWorld) hit(m simMember, kill bool) {
	if m.tree < 0 {
		w.breaks("a signal to a process that is not ours: the foreign process with pid %d", m.proc.pid)
		return
	}
	t := w.tree(m.tree)
	switch {
	case !kill:
		t.termed = t.termed || m.part == partLeader && w.run.conf.Kind != simStubborn && !t.hung
	case m.part == partLeader:
		w.endLeader(t)
	case m.part == partMember:
		t.member = false
	case m.part == partEscaped:
		t.escaped = false
	}
}
