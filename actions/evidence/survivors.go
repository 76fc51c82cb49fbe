package evidence

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// IsGroup reports whether a number can be that of a Temporal's group. To kill(2) 0, 1 and less
// mean other processes, and our own group is never meant.
func IsGroup(pgid int) bool { return pgid > 1 && pgid != unix.Getpgrp() }

// Survivors returns the processes of a tree that live on after its leader without holding
// temporal.lock: they have closed what they inherited, as processes that Python's subprocess
// starts do by default.
func Survivors(home statefile.Home, leader fsm.Process) []fsm.Process {
	return append(GroupSurvivors(home, leader), Strays(home, leader)...)
}

// Strays returns the servers that a wrapper has put into a session of their own (Python's
// start_new_session) and left behind, or is about to leave behind: they carry the home's
// mark. The Temporal CLI itself starts no other server; after a
// wrapper, Strays examines every process.
func Strays(home statefile.Home, leader fsm.Process) []fsm.Process {
	if leader.PID <= 1 || leader.IsCLI() {
		return nil
	}
	if led, err := proc.Identify(leader.PID); err == nil && led.Same(leader) && !proc.Exiting(leader.PID) {
		return nil
	}
	return proc.Marked(string(home))
}

// GroupSurvivors returns the members of a group that live on after its leader, and carry the
// home's mark or were forked by it. Most often none is left, which the kernel says at once; else
// every process is examined. A group with a leader either has not outlived it yet, or is a
// foreign one with a reused PID.
func GroupSurvivors(home statefile.Home, leader fsm.Process) []fsm.Process {
	if !IsGroup(leader.PGID) || unix.Kill(-leader.PGID, 0) != nil {
		return nil
	}
	if _, err := proc.Identify(leader.PGID); err == nil && !proc.Exiting(leader.PGID) {
		return nil
	}
	return slices.DeleteFunc(proc.Group(leader.PGID), func(p fsm.Process) bool {
		return !InGroup(p, leader) || proc.Instance(p.PID) != string(home) && !proc.IsChild(leader, p.PID)
	})
}
