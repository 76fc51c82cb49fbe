package actions

import (
	"bytes"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"golang.org/x/sys/unix"
)

// The leader's exit and the tree's end are two facts, and the second brings the
// locks.
func TestWatchTellsExitAndEnd(t *testing.T) {
	l := newLife(t)
	leader := l.spawn()
	child := leader.Spawn(l.Stage)
	escaped := leader.Spawn(l.Stage, "setsid")
	leader.Must("print", "last words")
	leader.Send("exit", "3")
	in := l.next(fsm.Exited)
	stage.Is(t, "status", in.Exit, fsm.Exit{Known: true, Code: 3})
	stage.Is(t, "run", in.Run, uint64(1))
	stage.Has(t, in.Tail, "last words")
	child.Send("exit", "0")
	child.AwaitEnd()
	l.nothingYet()
	stage.Is(t, "the lock is ours", l.World.tree.own != nil, false)
	escaped.Send("exit", "0")
	in = l.next(fsm.Gone)
	stage.Is(t, "run", in.Run, uint64(1))
	stage.Is(t, "the lock is ours", l.World.tree.own != nil && files.LeadsTo(l.home.Lock(), l.World.tree.own), true)
	if _, err := lockfile.Take(l.home.Lock()); err == nil {
		t.Error("Gone came without the lock")
	}
	// The end of a tree that has gone already is reported at once.
	l.do(fsm.DoTerm)
	stage.Is(t, "at once", len(l.World.inputs.inbox), 1)
	l.next(fsm.Gone)
	stage.Is(t, "taken again", l.do(fsm.DoLock).Event, fsm.LockAcquired)
}

// Where the lock is known to be free, the exit is reported after the tree's end.
func TestExitIsReportedAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tree := &treeEnd{reported: make(chan struct{})}
		tree.waitUntilReported() // nothing is known of an end: it returns at once
		tree.lockFree.Store(true)
		heard := stage.Later(func() bool { tree.waitUntilReported(); return true })
		synctest.Wait()
		stage.Is(t, "the exit is reported before the end", len(heard), 0)
		close(tree.reported)
		stage.Within(t, "the exit", heard)
	})
}

// The tree's end is reported when the last round of signals is over, and none begins after it:
// the next Temporal holds the same file.
func TestNoRoundAfterTheEnd(t *testing.T) {
	tree, begun, release := newTreeEnd(), make(chan struct{}), make(chan struct{})
	var over atomic.Bool
	round := stage.Later(func() bool {
		return tree.round(func() { close(begun); <-release; over.Store(true) })
	})
	<-begun
	gone := stage.Later(func() bool { tree.hasGone(); return over.Load() })
	stacks := make([]byte, 1<<20)
	for len(gone) == 0 && !bytes.Contains(stacks[:runtime.Stack(stacks, true)], []byte("(*treeEnd).hasGone(")) {
		runtime.Gosched() // until it waits, or did not
	}
	close(release)
	stage.Is(t, "the round was made", stage.Within(t, "the round", round), true)
	stage.Is(t, "the end is reported after the round", stage.Within(t, "the end", gone), true)
	stage.Is(t, "a round after the end", tree.round(func() { t.Error("a signal after the end") }), false)
}

func TestTerm(t *testing.T) {
	l := newLife(t)
	l.spawn().Spawn(l.Stage).Spawn(l.Stage, "setsid")
	l.do(fsm.DoTerm)
	l.ends("SIGTERM")
}

// ends waits for both ends, whose order is not given, and returns the leader's.
func (l *life) ends(signal string) fsm.Input {
	l.T.Helper()
	seen := map[fsm.Event]fsm.Input{}
	for range 2 {
		in := stage.Within(l.T, "an end", stage.Later(l.World.Next))
		seen[in.Event] = in
	}
	stage.Is(l.T, "ends", len(seen), 2)
	stage.Is(l.T, "signal", seen[fsm.Exited].Exit.Signal, signal)
	stage.Is(l.T, "run", seen[fsm.Gone].Run, uint64(1))
	stage.Is(l.T, "the tree is gone", l.treeGone(1), true)
	return seen[fsm.Exited]
}

// ofAdopted is the signal that is known to have ended a process which is no child of ours: macOS
// reports it to a process that may signal it, Linux does not.
func ofAdopted(signal string) string {
	if runtime.GOOS == "darwin" {
		return signal
	}
	return ""
}

// A Temporal that ignores SIGTERM, with a descendant that left the group and ignores it as well:
// each is reported once, and SIGKILL ends them.
func TestKillAfterTermIsIgnored(t *testing.T) {
	l := newLife(t)
	leader := l.spawn()
	escaped := leader.Spawn(l.Stage, "setsid")
	bystander := leader.Spawn(l.Stage, "setsid", "nolock")
	leader.Must("trap")
	escaped.Must("trap")
	l.do(fsm.DoTerm)
	stage.Is(t, "the leader hears", leader.Receive(), "terminated")
	stage.Is(t, "the descendant hears", escaped.Receive(), "terminated")
	leader.Untouched()
	escaped.Untouched()
	l.nothingYet()
	l.do(fsm.DoKill)
	l.ends("SIGKILL")
	bystander.Untouched() // it holds no lock: it cannot be known as ours
}

// Without a SIGTERM before it, SIGKILL ends the same processes, of a Temporal that was adopted as well.
func TestKillAtOnce(t *testing.T) {
	l := newLife(t)
	leader := l.spawn()
	escaped := leader.Spawn(l.Stage, "setsid")
	leader.Must("trap")
	escaped.Must("trap")
	l.do(fsm.DoKill)
	l.ends("SIGKILL")
	escaped.AwaitEnd()
	l.nothingYet()
	l.do(fsm.DoKill) // nothing is left
	stage.Is(t, "run", l.next(fsm.Gone).Run, uint64(1))
}

func TestTermReachesAStoppedProcess(t *testing.T) {
	l := newLife(t)
	leader := l.spawn()
	stage.Check(t, unix.Kill(leader.PID, unix.SIGSTOP))
	var status syscall.WaitStatus
	_, err := syscall.Wait4(leader.PID, &status, syscall.WUNTRACED, nil)
	stage.Check(t, err)
	stage.Is(t, "stopped", status.Stopped(), true)
	l.do(fsm.DoTerm)
	l.ends("SIGTERM")
}

// A leader that has given the locks away is ended before its tree is believed gone.
func TestLeaderThatDropsTheLock(t *testing.T) {
	l := newLife(t)
	leader := l.spawn()
	leader.Must("trap")
	leader.Must("drop")
	l.ends("SIGKILL")
	leader.AwaitEnd()
}

// An orphan is watched as a child is, but for how it ended.
func TestAdopt(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	child := l.World.run.child
	l.abandon()
	l.World = newWorld(t, l.home)
	in := l.do(fsm.DoLock)
	stage.Is(t, "lock", in.Event, fsm.OrphanFound)
	stage.Is(t, "the orphan", in.Process.Same(l.record.Temporal), true)
	l.do(fsm.DoAdopt)
	l.do(fsm.DoWatch)
	l.nothingYet()
	leader.Must("print", "after the adoption")
	leader.Send("exit", "5")
	exited := l.ends("")
	want := fsm.Exit{}
	if ofAdopted("SIGTERM") != "" {
		want = fsm.Exit{Known: true, Code: 5}
	}
	stage.Is(t, "exit", exited.Exit, want)
	stage.Is(t, "tail", exited.Tail, "after the adoption")
	stage.Check(t, onlyExit(child.Wait()))
}

// The end of an earlier run is reported, but its lock is not kept.
func TestNextKeepsNoLockOfAnotherRun(t *testing.T) {
	l := newLife(t)
	lock, err := lockfile.Take(l.home.Lock())
	stage.Check(t, err)
	l.World.tree.awaited = 2
	l.World.inputs.inbox <- delivery{Input: fsm.Input{Event: fsm.Gone, Run: 1}, lock: lock}
	l.next(fsm.Gone)
	stage.Is(t, "the lock is ours", l.World.tree.own != nil, false)
	lock, err = lockfile.Take(l.home.Lock())
	stage.Check(t, err)
	lock.Close()
}

// The lock's file was deleted or replaced under a running Temporal: the new one is taken, so
// that no other process can, and the tree is ended all the same.
func TestLockReplacedUnderTemporal(t *testing.T) {
	l := newLife(t)
	leader := l.spawn()
	leader.Must("trap")
	stage.Is(t, "before", l.lockReplaced(), "")
	stage.Check(t, os.Remove(l.home.Lock()))
	stage.Is(t, "deleted", l.lockReplaced(), "")
	stage.Is(t, "guarded", files.LeadsTo(l.home.Lock(), l.World.tree.guard), true)
	stage.Check(t, os.Remove(l.home.Lock()))
	stage.Touch(t, l.home.Lock())
	stage.Is(t, "replaced", l.lockReplaced(), "")
	stage.Is(t, "guarded again", files.LeadsTo(l.home.Lock(), l.World.tree.guard), true)
	stage.Check(t, os.Remove(l.home.Lock()))
	foreign, err := lockfile.Take(l.home.Lock())
	stage.Check(t, err)
	stage.Has(t, l.lockReplaced(), "cannot be taken anew")
	stage.Check(t, foreign.Close())
	l.do(fsm.DoKill)
	l.ends("SIGKILL")
	old := l.World.tree.own
	stage.Is(t, "lock", l.do(fsm.DoLock).Event, fsm.LockAcquired)
	stage.Is(t, "another lock", old != l.World.tree.own, true)
	stage.Is(t, "that of the path", files.LeadsTo(l.home.Lock(), l.World.tree.own), true)
}

// The guard is the lock of the next run.
func TestGuardIsTheNextLock(t *testing.T) {
	l := newLife(t)
	l.spawn()
	stage.Check(t, os.Remove(l.home.Lock()))
	stage.Is(t, "deleted", l.lockReplaced(), "")
	guard := l.World.tree.guard
	l.do(fsm.DoKill)
	l.ends("SIGKILL")
	stage.Is(t, "lock", l.do(fsm.DoLock).Event, fsm.LockAcquired)
	stage.Is(t, "the guard", l.World.tree.own == guard && l.World.tree.guard == nil, true)
}

func TestEnsureSupervisorLock(t *testing.T) {
	l := newLife(t)
	lock := l.supervisorLock
	stage.Is(t, "kept", l.ensureSupervisorLock(), true)
	stage.Is(t, "same lock", l.supervisorLock, lock)
	stage.Check(t, os.Remove(l.home.SupervisorLock()))
	stage.Is(t, "kept", l.ensureSupervisorLock(), true)
	stage.Is(t, "new lock", l.supervisorLock != lock && files.LeadsTo(l.home.SupervisorLock(), l.supervisorLock), true)
	l.nothingYet()
	stage.Check(t, os.Remove(l.home.SupervisorLock()))
	other, err := lockfile.Take(l.home.SupervisorLock())
	stage.Check(t, err)
	defer other.Close()
	stage.Is(t, "kept", l.ensureSupervisorLock(), false)
	in, answered := l.Perform(fsm.Effect{Do: fsm.DoSave, Record: l.record})
	stage.Is(t, "no act follows", answered && in.Event == fsm.LockLost, true)
}

func onlyExit(err error) error {
	if _, ok := err.(interface{ ExitCode() int }); ok {
		return nil
	}
	return err
}
