package main

import (
	"fmt"
	"os"
	"time"

	"github.com/prometheus/procfs"
)

// mega is the unit of memory in the report: 10^6 bytes.
const mega = 1e6

// clockTick is the unit of utime and stime in /proc/PID/stat: USER_HZ, 100 a second.
const clockTick = 10 * time.Millisecond

// addMemory adds what processes have in memory together, in units of mega: each page in
// full, the program's code included (VmRSS); a page that n processes share as an n-th
// (Pss); and what no file stands behind, the heap and the stacks (anonymous).
func (f figures) addMemory(name string, pids ...int) {
	var rss, pss, anonymous uint64
	for _, pid := range pids {
		proc := must(procfs.NewProc(pid))
		status, rollup := must(proc.NewStatus()), must(proc.ProcSMapsRollup())
		rss, pss, anonymous = rss+status.VmRSS, pss+rollup.Pss, anonymous+rollup.Anonymous
	}
	f.add(name+"rss", float64(rss)/mega)
	f.add(name+"pss", float64(pss)/mega)
	f.add(name+"anonymous", float64(anonymous)/mega)
}

// cpuTime is what a process has computed since its start.
func cpuTime(pid int) time.Duration {
	stat := must(must(procfs.NewProc(pid)).Stat())
	return time.Duration(stat.UTime+stat.STime) * clockTick
}

// measureIdle starts one home and leaves it alone.
func measureIdle(b *bench) section {
	f := figures{}
	fmt.Fprintf(os.Stderr, "bench: one home at rest, for %s\n", b.idle)
	err := attempt(func() {
		h := b.newHome(b.temporal)
		h.start()
		r, began := h.record(), time.Now()
		ours, temporal := cpuTime(r.Supervisor.PID), cpuTime(r.Temporal.PID)
		b.pause(b.idle)
		percent := func(used time.Duration) float64 { return 100 * float64(used) / float64(time.Since(began)) }
		f.add("ours", percent(cpuTime(r.Supervisor.PID)-ours))
		f.add("temporal", percent(cpuTime(r.Temporal.PID)-temporal))
		f.addMemory("", r.Supervisor.PID)
		h.stop()
	})
	return section{title: "At rest", rows: []row{
		{"supervisor: resident memory (VmRSS)", "MB", f["rss"], nil, 16},
		{"... shared pages counted in part (Pss)", "MB", f["pss"], nil, 0},
		{"... not backed by a file (anonymous)", "MB", f["anonymous"], nil, 0},
		{"supervisor: CPU at rest", "%", f["ours"], nil, 0.1},
		{"Temporal: CPU at rest, beside it", "%", f["temporal"], nil, 0},
	}, notes: []string{
		fmt.Sprintf("One home with default settings, left alone for %s after its start. CPU is utime + stime of /proc/PID/stat, in ticks of 10 ms, as a part of one core. MB is 10^6 bytes.", b.idle),
	}}.endedBy(err)
}

// bursts is how often all homes are started at once.
const bursts = 3

// listings is how often the homes of a burst are listed.
const listings = 3

// measureHomes starts many homes at once, and single ones to hold them against.
func measureHomes(b *bench) section {
	f, many := figures{}, fmt.Sprintf("%d homes at once", b.homes)
	err := b.each(many, bursts, func() {
		for range max(1, b.rounds/bursts) {
			b.startTogether(f, "one ", 1)
		}
		b.startTogether(f, "each ", b.homes)
	})
	one := func(what string) samples { return f.repeated("one "+what, len(f["each "+what])) }
	return section{title: "Many homes", rows: []row{
		{"one home: `start`", "ms", f["one start"], nil, 0},
		{many + ": from the first start to the last return, for each home / one home", "ms", f["each start"], one("start"), 1.2},
		{"one home: supervisor's resident memory", "MB", f["one rss"], nil, 0},
		{many + ": each supervisor's / one home's", "MB", f["each rss"], one("rss"), 1.2},
		{"one home: supervisor's Pss", "MB", f["one pss"], nil, 0},
		{many + ": each supervisor's Pss / one home's", "MB", f["each pss"], one("pss"), 0},
		{many + ": `list`, while they run", "ms", f["each list"], nil, 100},
	}, notes: []string{
		"Under each home runs a light stand-in for Temporal that answers what is proven and does nothing else, so that the figures are the tool's. Memory is looked at half a second after the last start.",
	}}.endedBy(err)
}

// startTogether starts homes at once, measures their supervisors and stops them.
func (b *bench) startTogether(f figures, name string, n int) {
	var homes []*home
	for range n {
		homes = append(homes, b.newHome(b.self))
	}
	began := time.Now()
	atOnce(homes, func(h *home) { h.start() })
	f.add(name+"start", inMillis(time.Since(began))/float64(n))
	b.pause(settleTime)
	for _, h := range homes {
		f.addMemory(name, h.record().Supervisor.PID)
	}
	for range listings {
		f.add(name+"list", homes[0].run("list"))
	}
	atOnce(homes, func(h *home) { h.stop() })
}
