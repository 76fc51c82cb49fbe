package actions

import (
	"errors"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"golang.org/x/sys/unix"
)

// term ends a run: SIGTERM to the group, and to descendants that left it. What
// is gone already is told at once.
func (w *World) term(e fsm.Effect) {
	if w.treeGone(e.Run) {
		w.Post(fsm.Input{Event: fsm.Gone, Run: e.Run})
		return
	}
	w.await(e)
	w.signal(e, w.held, unix.SIGTERM)
}

// treeGone reports whether nothing of a run lives: its lock is ours, before the spawn or
// after its end, or it has ended and there is no lock to be had, as on macOS after the
// lock file was deleted.
func (w *World) treeGone(run uint64) bool {
	select {
	case <-w.over:
		return w.awaited == run || w.lock != nil
	default:
		return w.lock != nil
	}
}

// kill repeats SIGKILL until the lock is free: what forks while it is looked
// for is found the next time. A stranger that holds the lock round after round is
// not killed: the tree has gone, and the stranger was faster than this driver.
func (w *World) kill(e fsm.Effect) {
	over, held := w.over, w.held
	go func() {
		for strange := 0; ; {
			err := w.signal(e, held, unix.SIGKILL)
			if stranger, ok := errors.AsType[strangerError](err); !ok {
				strange = 0
			} else if strange++; strange == strangeRounds {
				w.Post(fsm.Input{Event: fsm.LockDenied, Detail: stranger.Error()})
				return
			}
			select {
			case <-over:
				return
			case <-time.After(killAgain):
			}
		}
	}()
}

// killAgain is the pause between two rounds of SIGKILL; strangeRounds of them are
// waited for before a stranger is believed to stay.
const (
	killAgain     = 50 * time.Millisecond
	strangeRounds = 20
)

// signal signals what holds the lock file held, wherever its path leads now. It
// returns why what is left was not signalled.
func (w *World) signal(e fsm.Effect, held probes.FileID, sig unix.Signal) error {
	if held == (probes.FileID{}) {
		return nil
	}
	if _, err := signalGroup(w.home, held, e.Record.Temporal, sig); err != nil {
		w.log.Error("group not signalled", "pgid", e.Record.Temporal.PGID, "signal", unix.SignalName(sig), "error", err)
	}
	escaped, err := signalEscaped(w.home, held, e.Record, sig)
	if err != nil {
		w.log.Error("descendant not signalled", "error", err)
	}
	if escaped > 0 {
		w.log.Info("descendants outside the group signalled", "count", escaped, "signal", unix.SignalName(sig))
	}
	return err
}
