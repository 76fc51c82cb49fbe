package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// atRest is what one home needs that nobody asks for anything.
type atRest struct {
	memory         resident
	ours, temporal float64
}

// measureIdle starts one home and leaves it alone.
func measureIdle(ctx context.Context, b *bench) section {
	fmt.Fprintf(os.Stderr, "bench: one home at rest, for %s\n", b.idle)
	a, err := b.rest(ctx)
	rows := []row{
		{what: "supervisor: resident memory (VmRSS)", unit: "MB", figures: samples{a.memory.rss}, budget: 15},
		{what: "... shared pages counted in part (Pss)", unit: "MB", figures: samples{a.memory.pss}},
		{what: "... not backed by a file (anonymous)", unit: "MB", figures: samples{a.memory.anonymous}},
		{what: "supervisor: CPU at rest", unit: "%", figures: samples{a.ours}, budget: 0.1},
		{what: "Temporal: CPU at rest, beside it", unit: "%", figures: samples{a.temporal}},
	}
	return section{title: "At rest", rows: spoiled(rows, err), notes: []string{
		fmt.Sprintf("One home with default settings, left alone for %s after its start. CPU is utime + stime of /proc/PID/stat, in ticks of 10 ms, as a part of one core. MB is 10^6 bytes.", b.idle),
	}}
}

func (b *bench) rest(ctx context.Context) (atRest, error) {
	h, err := b.newHome(b.temporal)
	if err != nil {
		return atRest{}, err
	}
	if _, err := h.start(ctx); err != nil {
		return atRest{}, err
	}
	r, err := h.record()
	if err != nil {
		return atRest{}, err
	}
	var a atRest
	if a.ours, a.temporal, err = b.load(ctx, r.Supervisor.PID, r.Temporal.PID); err != nil {
		return a, err
	}
	if a.memory, err = residentOf(r.Supervisor.PID); err != nil {
		return a, err
	}
	_, err = h.stop(ctx)
	return a, err
}

// load is the CPU time of two processes over the idle time, in percent of one core.
func (b *bench) load(ctx context.Context, one, other int) (float64, float64, error) {
	pids := []int{one, other}
	before, err := cpuTimes(pids)
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := pause(ctx, b.idle); err != nil {
		return 0, 0, err
	}
	after, err := cpuTimes(pids)
	if err != nil {
		return 0, 0, err
	}
	percent := func(i int) float64 { return 100 * float64(after[i]-before[i]) / float64(time.Since(began)) }
	return percent(0), percent(1), nil
}

func cpuTimes(pids []int) ([]time.Duration, error) {
	var times []time.Duration
	for _, pid := range pids {
		t, err := cpuTime(pid)
		if err != nil {
			return nil, fmt.Errorf("CPU time of pid %d: %w", pid, err)
		}
		times = append(times, t)
	}
	return times, nil
}
