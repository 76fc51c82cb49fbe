package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

// quick are the flags with which a run counts as stable at once, so that the
// restart after a kill is the immediate one, and with which no number of kills is
// too many.
var quick = []string{"--stable-after", "1ms", "--restart-window", "1ms"}

// looks is how often a round repeats what takes milliseconds.
const looks = 3

// lifecycle is what the rounds of the pairs collect, in milliseconds.
type lifecycle struct {
	newBare, newOurs   samples
	oldBare, oldOurs   samples
	stopBare, stopOurs samples
	torn, spawn        samples
	serve, revived     samples // since the kill, and since it was torn down
	already, version   samples
	asJSON, explained  samples
	adopted            samples
}

// measureLifecycle runs the pairs: bare, ours, bare, ours ...
func measureLifecycle(ctx context.Context, b *bench) section {
	var l lifecycle
	var failed error
	for round := 1; round <= b.rounds && failed == nil; round++ {
		progress("start, kill, adopt, stop", round, b.rounds)
		failed = l.round(ctx, b)
	}
	return l.section(failed)
}

func (l *lifecycle) round(ctx context.Context, b *bench) error {
	folder, err := b.makeFolder("bare")
	if err != nil {
		return err
	}
	h, err := b.newHome(b.temporal, quick...)
	if err != nil {
		return err
	}
	steps := []func() error{
		func() error { return bareRun(ctx, b, folder, &l.newBare, &l.stopBare) },
		func() error { return l.firstRun(ctx, h) },
		func() error { return bareRun(ctx, b, folder, &l.oldBare, nil) },
		func() error { return timed(&l.oldOurs, func() (time.Duration, error) { return h.start(ctx) }) },
		func() error { return l.looksAround(ctx, h) },
		func() error { return l.crash(ctx, b, h) },
		func() error { return l.adoption(ctx, b, h) },
		func() error { _, err := h.stop(ctx); return err },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// timed keeps how long something took, if it did not fail.
func timed(into *samples, do func() (time.Duration, error)) error {
	took, err := do()
	if err == nil && into != nil {
		*into = append(*into, inMillis(took))
	}
	return err
}

// bareRun starts and stops a bare server.
func bareRun(ctx context.Context, b *bench, folder string, starts, stops *samples) error {
	var s *server
	err := timed(starts, func() (took time.Duration, err error) {
		s, took, err = b.startBare(ctx, folder)
		return took, err
	})
	if err != nil {
		return err
	}
	if err := pause(ctx, settle); err != nil {
		return err
	}
	return timed(stops, func() (time.Duration, error) { return s.stop(ctx) })
}

// firstRun starts and stops the tool in a new home.
func (l *lifecycle) firstRun(ctx context.Context, h *home) error {
	if err := timed(&l.newOurs, func() (time.Duration, error) { return h.start(ctx) }); err != nil {
		return err
	}
	r, err := h.record()
	if err != nil {
		return err
	}
	args := probes.Args(r.Temporal.PID)
	if err := sameFlags(args, argv(h.ports, filepath.Base(r.Settings.DB))); err != nil {
		return err
	}
	if err := pause(ctx, settle); err != nil {
		return err
	}
	return timed(&l.stopOurs, func() (time.Duration, error) { return h.stop(ctx) })
}

// looksAround asks a Temporal that runs.
func (l *lifecycle) looksAround(ctx context.Context, h *home) error {
	if err := pause(ctx, settle); err != nil {
		return err
	}
	commands := []struct {
		into *samples
		args []string
	}{
		{&l.version, []string{"version"}}, {&l.already, []string{"start"}},
		{&l.asJSON, []string{"state", "-o", "json"}}, {&l.explained, []string{"state", "--explain"}},
	}
	for range looks {
		for _, c := range commands {
			err := timed(c.into, func() (time.Duration, error) {
				took, _, err := h.run(ctx, c.args...)
				return took, err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// crash kills Temporal and waits until its supervisor has it serving again.
func (l *lifecycle) crash(ctx context.Context, b *bench, h *home) error {
	r, err := h.record()
	if err != nil {
		return err
	}
	d, err := watchDeath(ctx, r.Temporal, b.temporal, h.ports.frontend)
	if err != nil {
		return err
	}
	l.torn = append(l.torn, inMillis(d.torn))
	l.spawn = append(l.spawn, inMillis(d.spawned-d.torn))
	l.serve = append(l.serve, inMillis(d.serving))
	l.revived = append(l.revived, inMillis(d.serving-d.torn))
	// Not measured: it returns when the record says what the proof has said.
	if _, _, err := h.run(ctx, "start"); err != nil {
		return err
	}
	return h.noteBoth()
}

// adoption kills the supervisor and lets a start take its Temporal over.
func (l *lifecycle) adoption(ctx context.Context, b *bench, h *home) error {
	if err := pause(ctx, settle); err != nil {
		return err
	}
	before, err := h.record()
	if err != nil {
		return err
	}
	if err := killProven(before.Supervisor); err != nil {
		return err
	}
	if err := awaitEnd(ctx, before.Supervisor.PID); err != nil {
		return err
	}
	err = timed(&l.adopted, func() (time.Duration, error) {
		took, _, err := h.run(ctx, "start")
		return took, err
	})
	if err != nil {
		return err
	}
	return errors.Join(h.noteBoth(), samePID(before, h))
}

func samePID(before fsm.Record, h *home) error {
	after, err := h.record()
	if err == nil && !after.Temporal.Same(before.Temporal) {
		return fmt.Errorf("pid %d was not adopted: pid %d runs", before.Temporal.PID, after.Temporal.PID)
	}
	return err
}

func (l *lifecycle) section(failed error) section {
	rows := []row{
		{what: "bare Temporal, new database: spawn to proof", unit: "ms", figures: l.newBare},
		{what: "`start`, new database / bare", unit: "ms", figures: l.newOurs, bare: l.newBare, budget: 1.10},
		{what: "bare Temporal, old database: spawn to proof", unit: "ms", figures: l.oldBare},
		{what: "`start`, old database / bare", unit: "ms", figures: l.oldOurs, bare: l.oldBare, budget: 1.15},
		{what: "kill -9 of Temporal: until the kernel has torn it down", unit: "ms", figures: l.torn},
		{what: "... from then until the next one is spawned", unit: "ms", figures: l.spawn, budget: 5},
		{what: "kill -9 to serving / bare start, old database", unit: "ms", figures: l.serve, bare: l.oldBare, budget: 1.10},
		{what: "... without the kernel's tearing down / bare start", unit: "ms", figures: l.revived, bare: l.oldBare, budget: 1.10},
		{what: "bare Temporal: SIGTERM to exit", unit: "ms", figures: l.stopBare},
		{what: "`stop` / bare", unit: "ms", figures: l.stopOurs, bare: l.stopBare, budget: 1.02},
		{what: "`version`: what any command costs", unit: "ms", figures: l.version},
		{what: "`start` when already running", unit: "ms", figures: l.already, budget: 10},
		{what: "`state -o json`", unit: "ms", figures: l.asJSON, budget: 10},
		{what: "`state --explain`", unit: "ms", figures: l.explained, budget: 15},
		{what: "adoption: `start` after a kill -9 of the supervisor", unit: "ms", figures: l.adopted, budget: 40},
	}
	return section{title: "Beside the bare server", rows: spoiled(rows, failed), notes: lifecycleNotes}
}

// spoiled marks the rows of a section that came to no end.
func spoiled(rows []row, failed error) []row {
	if failed != nil {
		for i := range rows {
			rows[i].trouble = failed.Error()
		}
	}
	return rows
}

var lifecycleNotes = []string{
	"Each round runs bare, ours, bare, ours, each pair one after the other. A ratio is the median of the pairs' ratios, not the ratio of the medians.",
	"The proof is the same for both: gRPC health SERVING for Temporal's workflow service and then DescribeNamespace of `default`, tried every millisecond from the spawn on. A command's time is from before its spawn until its exit status is there.",
	"Both run the same program with the same flags, in sessions of their own, writing to a file, and rest for the same half second before they are stopped.",
	"Both programs are copied first, so that their files are in memory as an installer's writing leaves them: there in pieces of several pages. Of a program that was just linked, or read in by its page faults after a boot, each page is one of its own; then Temporal needs some 4 ms more to start and 2 ms more to be torn down, and each of our commands 0.6 ms more (`build/bench --in-place`).",
	"A process counts as torn down when its pidfd becomes readable: the kernel has then given back its memory, descriptors and locks, and wakes its parent. The next one's spawn is the exec of Temporal's program, told by fanotify. Nothing polls in between.",
	"No supervisor can shorten the tearing down: the kernel gives the memory back before the locks and ports that the next one needs, and tells nobody before it has given back all.",
	"The kills use `--stable-after 1ms`: by default a run is stable, and its restart immediate, after 10 s.",
}
