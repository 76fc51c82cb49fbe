package actions

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// aGroup reports whether a number can be that of a Temporal's group: 0 and less, and 1,
// mean others to kill(2), and ourselves nobody means.
func aGroup(pgid int) bool { return pgid > 1 && pgid != unix.Getpgrp() }

// outlived are the members of a group that live on after its leader, and carry the home's
// mark or were forked by it. They belong to the tree even if they have closed what they
// inherited, and temporal.lock with it, as what Python's subprocess starts does by default.
// Most often none is left, which the kernel says at once; else every process is looked at.
// A group that has a leader is either not outlived yet or a stranger's, with a reused PID.
func outlived(home statefile.Home, leader fsm.Process) []fsm.Process {
	if !aGroup(leader.PGID) || unix.Kill(-leader.PGID, 0) != nil {
		return nil
	}
	if _, err := probes.Identify(leader.PGID); err == nil && !probes.Dying(leader.PGID) {
		return nil
	}
	return slices.DeleteFunc(probes.Group(leader.PGID), func(p fsm.Process) bool {
		return !inGroup(p, leader) || probes.Instance(p.PID) != string(home) && !probes.IsChild(leader, p.PID)
	})
}

// awaitGroup returns when no member of the leader's group is left, after the lock has come
// free. The state machine ends them, by term and kill.
func (w *World) awaitGroup(tree *treeEnd, leader fsm.Process) {
	members := outlived(w.home, leader)
	if len(members) == 0 {
		return
	}
	close(tree.lingers)
	w.log.Info("members of the group live on without the lock", "pgid", leader.PGID, "first", processText(members[0].PID, probes.CommandLine(members[0].PID)), "count", len(members))
	for ; len(members) > 0; members = outlived(w.home, leader) {
		if _, _, err := procs.AwaitExit(members[0], lastGasp); err != nil {
			w.log.Error("group not watched", "error", err)
			return
		}
	}
}
