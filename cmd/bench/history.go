package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// past is how many transitions an old home has behind it.
const past = 10_000

// measureHistory asks a new home and one with a long past for their state, in pairs.
func measureHistory(ctx context.Context, b *bench) section {
	var young, old, youngExplained, oldExplained samples
	err := func() error {
		fresh, err := b.newHome(b.self)
		if err != nil {
			return err
		}
		aged, err := b.newHome(b.self)
		if err != nil {
			return err
		}
		if err := aged.age(ctx); err != nil {
			return err
		}
		for _, h := range []*home{fresh, aged} {
			if _, err := h.start(ctx); err != nil {
				return err
			}
		}
		for round := range b.rounds * looks {
			if round%looks == 0 {
				progress("a long past", round/looks+1, b.rounds)
			}
			for _, look := range []struct {
				h    *home
				into *samples
				args []string
			}{
				{fresh, &young, []string{"state"}}, {aged, &old, []string{"state"}},
				{fresh, &youngExplained, []string{"state", "--explain"}}, {aged, &oldExplained, []string{"state", "--explain"}},
			} {
				err := timed(look.into, func() (time.Duration, error) {
					took, _, err := look.h.run(ctx, look.args...)
					return took, err
				})
				if err != nil {
					return err
				}
			}
		}
		return atOnce([]*home{fresh, aged}, func(h *home) error { _, err := h.stop(ctx); return err })
	}()
	rows := []row{
		{what: "`state`, a new home", unit: "ms", figures: young},
		{what: fmt.Sprintf("`state`, history full, %d transitions behind it / a new home", past), unit: "ms", figures: old, bare: young, budget: 1.05},
		{what: "`state --explain`, a new home", unit: "ms", figures: youngExplained},
		{what: "`state --explain`, history full / a new home", unit: "ms", figures: oldExplained, bare: youngExplained},
	}
	return section{title: "A long past", rows: spoiled(rows, err), notes: []string{
		fmt.Sprintf("The old home is made as %d transitions leave it: the record's generation, a full history, as crash after crash writes it, and a supervisor's log with a line for each. Both run the light stand-in for Temporal. The budget is \"no slower\", and 5 %% are left for noise.", past),
	}}
}

// age makes a home as many transitions leave it. It writes the record as a driver
// does: while it holds supervisor.lock.
func (h *home) age(ctx context.Context) error {
	if _, err := h.start(ctx); err != nil {
		return err
	}
	r, err := h.record()
	if err != nil {
		return err
	}
	if _, err := h.stop(ctx); err != nil {
		return err
	}
	// The stop returns with the record; the lock comes free with the supervisor's end.
	if err := awaitEnd(ctx, r.Supervisor.PID); err != nil {
		return err
	}
	lock, err := actions.Acquire(h.path.SupervisorLock())
	if err != nil {
		return err
	}
	defer lock.Close()
	file := statefile.File{Home: h.path}
	document, err := file.Load()
	if err != nil {
		return err
	}
	var log strings.Builder
	for i := range past {
		t := longAgo(i)
		document = document.Add(t)
		fmt.Fprintf(&log, "2026-01-01T00:00:00.000Z [INFO]  supervisor: transition: from=%s event=%s to=%s cause=%q\n", t.From, t.Event, t.To, t.Cause)
	}
	document.Generation += past
	if err := os.WriteFile(h.path.SupervisorLog(), []byte(log.String()), 0o600); err != nil {
		return err
	}
	return file.Save(document)
}

// crashed is how a Temporal that is killed comes back: what a past has most of.
var crashed = []fsm.Transition{
	{From: fsm.Healthy, Event: fsm.Exited, To: fsm.Restarting, Cause: "Temporal (pid 12345) was ended by signal SIGKILL"},
	{From: fsm.Restarting, Event: fsm.Gone, To: fsm.Restarting},
	{From: fsm.Restarting, Event: fsm.BackoffElapsed, To: fsm.Locking},
	{From: fsm.Locking, Event: fsm.LockAcquired, To: fsm.Starting},
	{From: fsm.Starting, Event: fsm.Spawned, To: fsm.Starting, Cause: "pid 12346"},
	{From: fsm.Starting, Event: fsm.ProbePassed, To: fsm.Healthy},
}

// longAgo is a transition of a past in which Temporal was killed again and again.
func longAgo(i int) fsm.Transition {
	t := crashed[i%len(crashed)]
	t.At = fsm.Instant(1_767_225_600_000 + i)
	if t.Cause == "" {
		t.Cause = fsm.Means(t.Event)
	}
	return t
}
