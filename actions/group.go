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

// outlived are the processes of a tree that live on after its leader, although they have
// closed what they inherited, and temporal.lock with it, as what Python's subprocess starts
// does by default.
func outlived(home statefile.Home, leader fsm.Process) []fsm.Process {
	return append(groupLeft(home, leader), strays(home, leader)...)
}

// strays are the servers that a wrapper put into a session of their own, and left behind
// (Python's start_new_session), or is about to: they are marked as ours. The Temporal CLI
// itself, whose version is known, starts no server but itself; after a wrapper every process
// is looked at.
func strays(home statefile.Home, leader fsm.Process) []fsm.Process {
	if leader.PID <= 1 || leader.Version != "" {
		return nil
	}
	if led, err := probes.Identify(leader.PID); err == nil && led.Same(leader) && !probes.Dying(leader.PID) {
		return nil
	}
	return probes.Marked(string(home))
}

// groupLeft are the members of a group that live on after its leader, and carry the home's
// mark or were forked by it. Most often none is left, which the kernel says at once; else
// every process is looked at. A group that has a leader is either not outlived yet or a
// stranger's, with a reused PID.
func groupLeft(home statefile.Home, leader fsm.Process) []fsm.Process {
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

// awaitGroup returns when nothing has outlived the leader, after the lock has come free. The
// state machine ends it, by term and kill; a stray was of no group that could be ended.
func (w *World) awaitGroup(tree *treeEnd, leader fsm.Process) {
	members := outlived(w.home, leader)
	if len(members) == 0 {
		return
	}
	close(tree.lingers)
	w.log.Info("members of the tree live on without the lock", "pgid", leader.PGID, "first", processText(members[0].PID, probes.CommandLine(members[0].PID)), "count", len(members))
	w.signalStrays(leader, unix.SIGTERM)
	for ; len(members) > 0; members = outlived(w.home, leader) {
		if _, _, err := procs.AwaitExit(members[0], lastGasp); err != nil {
			w.log.Error("group not watched", "error", err)
			return
		}
	}
}

// signalStrays signals each stray. SIGTERM is followed by SIGCONT, as for a group.
func (w *World) signalStrays(leader fsm.Process, sig unix.Signal) {
	for _, p := range strays(w.home, leader) {
		err := procs.Signal(p, sig)
		if err == nil && sig == unix.SIGTERM {
			err = procs.Signal(p, unix.SIGCONT)
		}
		if err != nil {
			w.log.Error("server outside the group not signalled", "pid", p.PID, "error", err)
		}
	}
}
