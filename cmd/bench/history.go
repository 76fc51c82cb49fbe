package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// pastTransitions is how many an old home has behind it.
const pastTransitions = 10_000

// measureHistory asks a new home and one with a long past for their state, in pairs.
func measureHistory(b *bench) section {
	f, homes := figures{}, map[string]*home{}
	err := attempt(func() {
		homes["new"], homes["old"] = b.newHome(b.self), b.newHome(b.self)
		homes["old"].age()
		homes["new"].start()
		homes["old"].start()
		check(b.each("a long past", b.rounds*looks, func() {
			for _, args := range [][]string{{"state"}, {"state", "--explain"}} {
				for _, which := range []string{"new", "old"} {
					f.add(which+" "+strings.Join(args, " "), homes[which].run(args...))
				}
			}
		}))
		homes["new"].stop()
		homes["old"].stop()
	})
	return section{title: "A long past", rows: []row{
		{"`state`, a new home", "ms", f["new state"], nil, 0},
		{fmt.Sprintf("`state`, history full, %d transitions behind it / a new home", pastTransitions), "ms", f["old state"], f["new state"], 1.05},
		{"`state --explain`, a new home", "ms", f["new state --explain"], nil, 0},
		{"`state --explain`, history full / a new home", "ms", f["old state --explain"], f["new state --explain"], 0},
	}, notes: []string{
		fmt.Sprintf("The old home is made as %d transitions leave it: the record's generation, a full history, as crash after crash writes it, and a supervisor's log with a line for each. Both run the light stand-in for Temporal. The budget is \"no slower\", and 5 %% are left for noise.", pastTransitions),
	}}.endedBy(err)
}

// age makes a home as many transitions leave it. It writes the record as a supervisor
// does: while it holds supervisor.lock.
func (h *home) age() {
	h.start()
	supervisor := h.record().Supervisor.PID
	h.stop()
	h.b.awaitEnd(supervisor) // stop returns with the record, before the lock is free
	lock := must(lockfile.Take(h.path.SupervisorLock()))
	defer lock.Close()
	file := statefile.File{Home: h.path}
	document := must(file.Load())
	var log strings.Builder
	for i := range pastTransitions {
		t := crashes[i%len(crashes)]
		t.At = fsm.Instant(1_767_225_600_000 + i)
		document = document.Add(t)
		fmt.Fprintf(&log, "2026-01-01T00:00:00.000Z [INFO]  supervisor: transition: from=%s event=%s to=%s cause=%q\n", t.From, t.Event, t.To, t.Cause)
	}
	document.Generation += pastTransitions
	check(os.WriteFile(h.path.SupervisorLog(), []byte(log.String()), 0o600))
	check(file.Save(document))
}

// crashes is how a Temporal that is killed comes back: what a past has most of.
var crashes = []fsm.Transition{
	{From: fsm.Healthy, Event: fsm.Exited, To: fsm.Restarting, Cause: "Temporal (pid 12345) was ended by signal SIGKILL"},
	{From: fsm.Restarting, Event: fsm.Gone, To: fsm.Restarting, Cause: fsm.Means(fsm.Gone)},
	{From: fsm.Restarting, Event: fsm.BackoffElapsed, To: fsm.Locking, Cause: fsm.Means(fsm.BackoffElapsed)},
	{From: fsm.Locking, Event: fsm.LockAcquired, To: fsm.Starting, Cause: fsm.Means(fsm.LockAcquired)},
	{From: fsm.Starting, Event: fsm.Spawned, To: fsm.Starting, Cause: "pid 12346"},
	{From: fsm.Starting, Event: fsm.ProbePassed, To: fsm.Healthy, Cause: fsm.Means(fsm.ProbePassed)},
}
