package actions

import (
	"errors"
	"slices"
	"time"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/proc"
	"golang.org/x/sys/unix"
)

// term ends a run: SIGTERM to the group, and to descendants that left it.
func (w *World) term(e fsm.Effect) {
	if !w.awaitEnd(e) {
		return
	}
	w.tree.members, _ = w.signal(e, w.tree.file, w.tree.members, unix.SIGTERM)
}

// awaitEnd begins to wait for the end of a tree that is being ended. The end of one that has gone
// already is reported at once, and awaitEnd is false.
func (w *World) awaitEnd(e fsm.Effect) bool {
	if w.treeGone(e.Run) {
		w.Post(fsm.Input{Event: fsm.Gone, Run: e.Run})
		return false
	}
	w.await(e)
	w.logs.Poll()
	return true
}

// treeGone reports whether nothing of a run lives: this driver has temporal.lock, before
// the spawn or after the end, or the run has ended after its lock file was deleted, which
// leaves no lock to have where a deleted file cannot be opened.
func (w *World) treeGone(run uint64) bool {
	return w.tree.own != nil || w.tree.ended == run && run != 0
}

// kill ends a run, whether or not term came before. It repeats SIGKILL until the lock is free: a
// process that forks during one round is found in the next. A foreign process that holds the lock
// round after round is not killed: the tree has gone, and that process took the lock before this
// driver.
func (w *World) kill(e fsm.Effect) {
	if !w.awaitEnd(e) {
		return
	}
	tree, held, members := w.tree.end, w.tree.file, w.tree.members
	go func() {
		for rounds := 0; ; {
			var err error
			if !tree.round(func() { members, err = w.signal(e, held, members, unix.SIGKILL) }) {
				return
			}
			if foreign, ok := errors.AsType[foreignHolderError](err); !ok {
				rounds = 0
			} else if rounds++; rounds == foreignRounds {
				w.Post(fsm.Input{Event: fsm.LockDenied, Detail: foreign.Error()})
				return
			}
			select {
			case <-tree.reported:
				return
			case <-time.After(killAgain):
			}
		}
	}()
}

// killAgain is the pause between two rounds of SIGKILL. A foreign process is believed to stay
// after foreignRounds of them.
const (
	killAgain     = 50 * time.Millisecond
	foreignRounds = 20
)

// signal signals the processes that hold the file held, wherever the lock's path leads now. It
// proves the holders before it signals the group: once the group has gone, a holder that shows
// nothing of itself looks like a foreign process. It returns them with those that were proven
// earlier, and why the rest was not signalled.
func (w *World) signal(e fsm.Effect, held files.ID, earlier []fsm.Process, sig unix.Signal) (members []fsm.Process, err error) {
	if held == (files.ID{}) {
		return earlier, nil
	}
	holders, err := holdersToEnd(w.home, held, e.Record, earlier)
	if err != nil {
		w.log.Error("descendant not signalled", "error", err)
	}
	for _, h := range holders {
		if !slices.ContainsFunc(earlier, h.Process.Same) {
			earlier = append(slices.Clip(earlier), h.Process) // other rounds have the same array
		}
	}
	if _, err := signalGroup(w.home, held, e.Record.Temporal, sig); err != nil {
		w.log.Error("group not signalled", "pgid", e.Record.Temporal.PGID, "signal", unix.SignalName(sig), "error", err)
	}
	escaped, failed := signalEscaped(holders, e.Record.Temporal, sig)
	if failed != nil {
		w.log.Error("descendant not signalled", "error", failed)
	}
	w.signalStrays(e.Record.Temporal, sig)
	if escaped > 0 {
		w.log.Info("descendants outside the group signalled", "count", escaped, "signal", unix.SignalName(sig))
	}
	return earlier, err
}

// awaitGroup returns when nothing of the leader's tree is left, after the lock has come free.
// The state machine ends the group, by term and kill; awaitGroup ends the strays, which are
// in no group that it could signal.
func (w *World) awaitGroup(tree *treeEnd, leader fsm.Process) {
	members := evidence.Survivors(w.home, leader)
	if len(members) == 0 { //mutation:members-awaited
		return
	}
	close(tree.groupSurvives)
	w.log.Info("members of the tree live on without the lock", "pgid", leader.PGID, "first", evidence.DescribeProcess(members[0].PID, proc.CommandLine(members[0].PID)), "count", len(members))
	w.signalStrays(leader, unix.SIGTERM)
	for ; len(members) > 0; members = evidence.Survivors(w.home, leader) {
		if _, _, err := procs.AwaitExit(members[0], exitGrace); err != nil {
			w.log.Error("group not watched", "error", err)
			return
		}
	}
}

// signalStrays signals each stray. SIGTERM is followed by SIGCONT, as for a group.
func (w *World) signalStrays(leader fsm.Process, sig unix.Signal) {
	for _, p := range evidence.Strays(w.home, leader) {
		err := procs.Signal(p, sig)
		if err == nil && sig == unix.SIGTERM {
			err = procs.Signal(p, unix.SIGCONT)
		}
		if err != nil {
			w.log.Error("server outside the group not signalled", "pid", p.PID, "error", err)
		}
	}
}
