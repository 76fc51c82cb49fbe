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

// leftoverMembers returns the processes of a tree that live on after its leader without holding
// temporal.lock: they have closed what they inherited, as processes that Python's subprocess
// starts do by default.
func leftoverMembers(home statefile.Home, leader fsm.Process) []fsm.Process {
	return append(groupLeft(home, leader), strays(home, leader)...)
}

// strays returns the servers that a wrapper has put into a session of their own (Python's
// start_new_session) and left behind, or is about to leave behind: they carry the home's
// mark. The Temporal CLI itself, whose version is known, starts no other server; after a
// wrapper, strays looks at every process.
func strays(home statefile.Home, leader fsm.Process) []fsm.Process {
	if leader.PID <= 1 || leader.Version != "" {
		return nil
	}
	if led, err := probes.Identify(leader.PID); err == nil && led.Same(leader) && !probes.Dying(leader.PID) {
		return nil
	}
	return probes.Marked(string(home))
}

// groupLeft returns the members of a group that live on after its leader, and carry the home's
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

// awaitGroup returns when nothing of the leader's tree is left, after the lock has come free.
// The state machine ends the group, by term and kill; awaitGroup ends the strays, which are
// in no group that it could signal.
func (w *World) awaitGroup(tree *treeEnd, leader fsm.Process) {
	members := leftoverMembers(w.home, leader)
	if len(members) == 0 { //mutation:members-awaited
		return
	}
	close(tree.groupSurvives)
	w.log.Info("members of the tree live on without the lock", "pgid", leader.PGID, "first", processText(members[0].PID, probes.CommandLine(members[0].PID)), "count", len(members))
	w.signalStrays(leader, unix.SIGTERM)
	for ; len(members) > 0; members = leftoverMembers(w.home, leader) {
		if _, _, err := procs.AwaitExit(members[0], exitGrace); err != nil {
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
