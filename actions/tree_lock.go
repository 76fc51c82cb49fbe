package actions

import (
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
)

// treeLock is temporal.lock in the hands of one driver: taken before a spawn, inherited by
// the tree, waited for until the kernel releases it.
type treeLock struct {
	// own is held between the taking and the spawn, and after the tree's end.
	own *os.File
	// waiter is a second description of the lock's file, opened while the first was known
	// to be the file at the path, for the wait on the tree's end.
	waiter *os.File
	// guard is a lock on the file that has taken the place of a lock file that was deleted
	// or replaced under Temporal.
	guard *os.File
	// file is the lock file of the current run, wherever its path leads.
	file files.ID
	// members are the processes that were seen to hold that lock beside a proven holder.
	members []fsm.Process
	// awaited is the run whose end is waited for, ended the run whose tree has gone last,
	// end how that of the awaited run goes.
	awaited, ended uint64
	end            *treeEnd
}

func (t *treeLock) closeWaiter() {
	if t.waiter != nil {
		t.waiter.Close()
		t.waiter = nil
	}
}

// treeEnd is how a tree ends: lockFree is set as soon as temporal.lock comes free, reaped
// is closed when our child has been reaped, groupSurvives when members of the group live on
// without the lock, and reported when the driver has the end as an input.
type treeEnd struct {
	lockFree                        atomic.Bool
	reaped, groupSurvives, reported chan struct{}

	rounds sync.Mutex // held while a round of signals is under way
	gone   bool       // guarded by rounds: nothing is left to be signalled
}

func newTreeEnd() *treeEnd {
	return &treeEnd{reaped: make(chan struct{}), groupSurvives: make(chan struct{}), reported: make(chan struct{})}
}

// round does a round of signals, unless the tree has gone. The Temporal of the next run holds
// the same lock file and carries the same mark: a round that was still searching for what to
// signal would find it.
func (t *treeEnd) round(signal func()) bool {
	t.rounds.Lock()
	defer t.rounds.Unlock()
	if t.gone {
		return false
	}
	signal()
	return true
}

// hasGone returns when the last round of signals is over, and lets none begin.
func (t *treeEnd) hasGone() {
	t.rounds.Lock()
	defer t.rounds.Unlock()
	t.gone = true
}

// waitUntilReported returns when the driver knows of the tree's end, if that is near. The kernel
// frees a process's locks before it reports the exit (do_exit: exit_files, then exit_notify).
// Taken in this order, both are one step, and written once.
func (t *treeEnd) waitUntilReported() {
	if !t.lockFree.Load() {
		return
	}
	select {
	case <-t.reported:
	case <-t.groupSurvives: // they are ended only after the exit is known
	}
}

// awaitReaped returns when our child has been reaped, or is late.
func (t *treeEnd) awaitReaped() {
	select {
	case <-t.reaped:
	case <-time.After(exitGrace):
	}
}
