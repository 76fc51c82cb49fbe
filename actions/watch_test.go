package actions

import (
	"bytes"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"golang.org/x/sys/unix"
)

// The leader's exit and the tree's end are two facts, and the second brings the
// locks.
func TestWatchTellsExitAndEnd(t *testing.T) {
	l := newLife(t)
	leader := l.spawn()
	child := leader.bear(l.stage)
	escaped := leader.bear(l.stage, "setsid")
	leader.must("print", "last words")
	leader.tell("exit", "3")
	in := l.next(fsm.Exited)
	is(t, "status", in.Exit, fsm.Exit{Known: true, Code: 3})
	is(t, "run", in.Run, uint64(1))
	has(t, in.Tail, "last words")
	child.tell("exit", "0")
	child.awaitEnd()
	l.nothingYet()
	is(t, "the lock is ours", l.World.tree.own != nil, false)
	escaped.tell("exit", "0")
	in = l.next(fsm.Gone)
	is(t, "run", in.Run, uint64(1))
	is(t, "the lock is ours", l.World.tree.own != nil && probes.LeadsTo(l.home.Lock(), l.World.tree.own), true)
	if _, err := Acquire(l.home.Lock()); err == nil {
		t.Error("Gone came without the lock")
	}
	// What is gone already is told at once.
	l.do(fsm.DoTerm)
	is(t, "at once", len(l.World.inputs.inbox), 1)
	l.next(fsm.Gone)
	is(t, "taken again", l.do(fsm.DoLock).Event, fsm.LockAcquired)
}

// Where the lock is known to be free, the exit is told after the tree's end.
func TestExitIsToldAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tree := &treeEnd{reported: make(chan struct{})}
		tree.waitUntilReported() // nothing is known of an end: it returns at once
		tree.lockFree.Store(true)
		heard := later(func() bool { tree.waitUntilReported(); return true })
		synctest.Wait()
		is(t, "the exit is told before the end", len(heard), 0)
		close(tree.reported)
		within(t, "the exit", heard)
	})
}

// The tree's end is told when the last round of signals is over, and none begins after it:
// the next Temporal holds the same file.
func TestNoRoundAfterTheEnd(t *testing.T) {
	tree, begun, release := newTreeEnd(), make(chan struct{}), make(chan struct{})
	var over atomic.Bool
	round := later(func() bool {
		return tree.round(func() { close(begun); <-release; over.Store(true) })
	})
	<-begun
	gone := later(func() bool { tree.hasGone(); return over.Load() })
	stacks := make([]byte, 1<<20)
	for len(gone) == 0 && !bytes.Contains(stacks[:runtime.Stack(stacks, true)], []byte("(*treeEnd).hasGone(")) {
		runtime.Gosched() // until it waits, or did not
	}
	close(release)
	is(t, "the round was made", within(t, "the round", round), true)
	is(t, "the end is told after the round", within(t, "the end", gone), true)
	is(t, "a round after the end", tree.round(func() { t.Error("a signal after the end") }), false)
}

func TestTerm(t *testing.T) {
	l := newLife(t)
	l.spawn().bear(l.stage).bear(l.stage, "setsid")
	l.do(fsm.DoTerm)
	l.ends("SIGTERM")
}

// ends waits for both ends, whose order is not given, and returns the leader's.
func (l *life) ends(signal string) fsm.Input {
	l.t.Helper()
	seen := map[fsm.Event]fsm.Input{}
	for range 2 {
		in := within(l.t, "an end", later(l.World.Next))
		seen[in.Event] = in
	}
	is(l.t, "ends", len(seen), 2)
	is(l.t, "signal", seen[fsm.Exited].Exit.Signal, signal)
	is(l.t, "run", seen[fsm.Gone].Run, uint64(1))
	is(l.t, "the tree is gone", l.treeGone(1), true)
	return seen[fsm.Exited]
}

// ofAdopted is the signal that is known to have ended a process which is no child of
// ours: macOS tells it to those who may signal the process, Linux does not.
func ofAdopted(signal string) string {
	if runtime.GOOS == "darwin" {
		return signal
	}
	return ""
}

// A Temporal that ignores SIGTERM, with a descendant that left the group and
// ignores it as well: each is told once, and SIGKILL ends them.
func TestKillAfterTermIsIgnored(t *testing.T) {
	l := newLife(t)
	leader := l.spawn()
	escaped := leader.bear(l.stage, "setsid")
	bystander := leader.bear(l.stage, "setsid", "nolock")
	leader.must("trap")
	escaped.must("trap")
	l.do(fsm.DoTerm)
	is(t, "the leader hears", leader.hear(), "terminated")
	is(t, "the descendant hears", escaped.hear(), "terminated")
	leader.untouched()
	escaped.untouched()
	l.nothingYet()
	l.do(fsm.DoKill)
	l.ends("SIGKILL")
	bystander.untouched() // it holds no lock: it cannot be known as ours
}

func TestTermReachesAStoppedProcess(t *testing.T) {
	l := newLife(t)
	leader := l.spawn()
	check(t, unix.Kill(leader.PID, unix.SIGSTOP))
	var status syscall.WaitStatus
	_, err := syscall.Wait4(leader.PID, &status, syscall.WUNTRACED, nil)
	check(t, err)
	is(t, "stopped", status.Stopped(), true)
	l.do(fsm.DoTerm)
	l.ends("SIGTERM")
}

// A leader that has given the locks away is ended before its tree is believed gone.
func TestLeaderThatDropsTheLock(t *testing.T) {
	l := newLife(t)
	leader := l.spawn()
	leader.must("trap")
	leader.must("drop")
	l.ends("SIGKILL")
	leader.awaitEnd()
}

// The leader has died, its group and an escaped descendant live on.
func TestKillOfALeaderlessGroup(t *testing.T) {
	l := newLife(t)
	leader := l.spawn()
	leader.bear(l.stage).must("trap")
	leader.bear(l.stage, "setsid").must("trap")
	leader.tell("exit", "0")
	l.next(fsm.Exited)
	l.do(fsm.DoKill)
	l.next(fsm.Gone)
	is(t, "the lock is ours", l.World.tree.own != nil, true)
}

// An orphan is watched as a child is, but for how it ended.
func TestAdopt(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	child := l.World.run.child
	l.abandon()
	l.World = newWorld(t, l.home)
	in := l.do(fsm.DoLock)
	is(t, "lock", in.Event, fsm.OrphanFound)
	is(t, "the orphan", in.Process.Same(l.record.Temporal), true)
	l.do(fsm.DoAdopt)
	l.do(fsm.DoWatch)
	l.nothingYet()
	leader.must("print", "after the adoption")
	leader.tell("exit", "5")
	exited := l.ends("")
	want := fsm.Exit{}
	if ofAdopted("SIGTERM") != "" {
		want = fsm.Exit{Known: true, Code: 5}
	}
	is(t, "exit", exited.Exit, want)
	is(t, "tail", exited.Tail, "after the adoption")
	check(t, onlyExit(child.Wait()))
}

// The end of an earlier run is told, but its lock is not kept.
func TestNextKeepsNoLockOfAnotherRun(t *testing.T) {
	l := newLife(t)
	lock, err := Acquire(l.home.Lock())
	check(t, err)
	l.World.tree.awaited = 2
	l.World.inputs.inbox <- delivery{Input: fsm.Input{Event: fsm.Gone, Run: 1}, lock: lock}
	l.next(fsm.Gone)
	is(t, "the lock is ours", l.World.tree.own != nil, false)
	lock, err = Acquire(l.home.Lock())
	check(t, err)
	lock.Close()
}

// The lock's file was deleted or replaced under a running Temporal: the new one
// is taken, so that nobody else can, and the tree is ended all the same.
func TestLockReplacedUnderTemporal(t *testing.T) {
	l := newLife(t)
	leader := l.spawn()
	leader.must("trap")
	is(t, "before", l.lockReplaced(), "")
	check(t, os.Remove(l.home.Lock()))
	is(t, "deleted", l.lockReplaced(), "")
	is(t, "guarded", probes.LeadsTo(l.home.Lock(), l.World.tree.guard), true)
	check(t, os.Remove(l.home.Lock()))
	touch(t, l.home.Lock())
	is(t, "replaced", l.lockReplaced(), "")
	is(t, "guarded again", probes.LeadsTo(l.home.Lock(), l.World.tree.guard), true)
	check(t, os.Remove(l.home.Lock()))
	foreign, err := Acquire(l.home.Lock())
	check(t, err)
	has(t, l.lockReplaced(), "cannot be taken anew")
	check(t, foreign.Close())
	l.do(fsm.DoKill)
	l.ends("SIGKILL")
	old := l.World.tree.own
	is(t, "lock", l.do(fsm.DoLock).Event, fsm.LockAcquired)
	is(t, "another lock", old != l.World.tree.own, true)
	is(t, "that of the path", probes.LeadsTo(l.home.Lock(), l.World.tree.own), true)
}

// The guard is the lock of the next run.
func TestGuardIsTheNextLock(t *testing.T) {
	l := newLife(t)
	l.spawn()
	check(t, os.Remove(l.home.Lock()))
	is(t, "deleted", l.lockReplaced(), "")
	guard := l.World.tree.guard
	l.do(fsm.DoKill)
	l.ends("SIGKILL")
	is(t, "lock", l.do(fsm.DoLock).Event, fsm.LockAcquired)
	is(t, "the guard", l.World.tree.own == guard && l.World.tree.guard == nil, true)
}

func TestKeepSeat(t *testing.T) {
	l := newLife(t)
	seat := l.supervisorLock
	is(t, "kept", l.ensureSupervisorLock(), true)
	is(t, "same seat", l.supervisorLock, seat)
	check(t, os.Remove(l.home.SupervisorLock()))
	is(t, "kept", l.ensureSupervisorLock(), true)
	is(t, "new seat", l.supervisorLock != seat && probes.LeadsTo(l.home.SupervisorLock(), l.supervisorLock), true)
	l.nothingYet()
	check(t, os.Remove(l.home.SupervisorLock()))
	other, err := Acquire(l.home.SupervisorLock())
	check(t, err)
	defer other.Close()
	is(t, "kept", l.ensureSupervisorLock(), false)
	in, answered := l.Perform(fsm.Effect{Do: fsm.DoSave, Record: l.record})
	is(t, "no act follows", answered && in.Event == fsm.LockLost, true)
}

func onlyExit(err error) error {
	if _, ok := err.(interface{ ExitCode() int }); ok {
		return nil
	}
	return err
}
