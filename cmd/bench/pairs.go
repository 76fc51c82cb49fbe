package main

import (
	"fmt"
	"path/filepath"
	"syscall"

	"github.com/stigmer/local/probes/proc"
)

// quick are the flags with which a run counts as stable at once, so that the restart
// after a kill is the immediate one, and with which no number of kills is too many.
var quick = []string{"--stable-after", "1ms", "--restart-window", "1ms"}

// looks is how often a round repeats what takes milliseconds.
const looks = 3

// sixth is the budget of a command on a Temporal that runs, of a bare server's start.
const sixth = 1.0 / 6

// measurePairs runs the pairs: bare, ours, bare, ours ...
func measurePairs(b *bench) section {
	f := figures{}
	err := b.each("start, kill, adopt, stop", b.rounds, func() { b.measurePair(f) })
	old := func(of string) samples { return f.repeated("bare, old", len(f[of])) }
	return section{title: "Beside the bare server", notes: pairNotes, rows: []row{
		{"bare Temporal, new database: spawn to proof", "ms", f["bare, new"], nil, 0},
		{"`start`, new database / bare", "ms", f["new"], f["bare, new"], 1.10},
		{"bare Temporal, old database: spawn to proof", "ms", f["bare, old"], nil, 0},
		{"`start`, old database / bare", "ms", f["old"], f["bare, old"], 1.25},
		{"`start`, old database with a setup that was applied / without", "ms", f["set up"], f["no setup"], 1.05},
		{"kill -9 of Temporal: until the kernel has torn it down", "ms", f["torn"], nil, 0},
		{"... from then until the next one is spawned", "ms", f["spawned"], nil, 5},
		{"kill -9 to serving / bare start, old database", "ms", f["serving"], f["bare, old"], 1.10},
		{"... without the kernel's tearing down / bare start", "ms", f["revived"], f["bare, old"], 1.10},
		{"bare Temporal: SIGTERM to exit", "ms", f["bare, stop"], nil, 0},
		{"`stop` / bare", "ms", f["stop"], f["bare, stop"], 1.02},
		{"bare Temporal: SIGKILL to exit", "ms", f["bare, killed"], nil, 0},
		{"`stop --now`, beyond that", "ms", f["stop --now"], nil, 25},
		{"`version`: what any command costs", "ms", f["version"], nil, 0},
		{"`start` when already running / bare start, old database", "ms", f["start"], old("start"), sixth},
		{"`state -o json` / bare start, old database", "ms", f["state -o json"], old("state -o json"), sixth},
		{"`state --explain` / bare start, old database", "ms", f["state --explain"], old("state --explain"), sixth},
		{"adoption: `start` after a kill -9 of the supervisor", "ms", f["adopted"], nil, 40},
	}}.endedBy(err)
}

func (b *bench) measurePair(f figures) {
	folder, h := b.makeFolder("bare"), b.newHome(b.temporal, quick...)
	start, stop := b.runBare(folder, syscall.SIGTERM)
	f.add("bare, new", start)
	f.add("bare, stop", stop)

	f.add("new", h.start())
	r := h.record()
	check(sameFlags(proc.Args(r.Temporal.PID), argv(h.ports, filepath.Base(r.Settings.DB))))
	b.pause(settleTime)
	f.add("stop", h.stop())

	start, _ = b.runBare(folder, syscall.SIGTERM)
	f.add("bare, old", start)
	f.add("old", h.start())
	b.pause(settleTime)
	for range looks {
		f.add("version", h.run("version"))
		f.add("start", h.run("start"))
		f.add("state -o json", h.run("state", "-o", "json"))
		f.add("state --explain", h.run("state", "--explain"))
	}
	b.crash(f, h)
	b.adopt(f, h)
	h.stop()
	b.endAtOnce(f, folder, h)
	b.setUp(f)
}

// endAtOnce measures a stop without a grace period, beside the kill of a bare server.
func (b *bench) endAtOnce(f figures, folder string, h *home) {
	_, bare := b.runBare(folder, syscall.SIGKILL)
	h.start()
	b.pause(settleTime)
	f.add("bare, killed", bare)
	f.add("stop --now", h.run("stop", "--now")-bare)
}

// setUp measures a start for which there is nothing to apply, beside one that wants nothing.
func (b *bench) setUp(f figures) {
	plain := b.newHome(b.temporal, quick...)
	wants := b.newHome(b.temporal, append([]string{"--retention", "720h", "--search-attribute", "default:A=Keyword"}, quick...)...)
	for _, h := range []*home{plain, wants} {
		h.start()
		b.pause(settleTime)
		h.stop()
	}
	f.add("no setup", plain.start())
	plain.stop()
	f.add("set up", wants.start())
	wants.stop()
}

// crash kills Temporal and waits until its supervisor has it serving again.
func (b *bench) crash(f figures, h *home) {
	d := b.watchDeath(h.record().Temporal, b.temporal, h.ports.frontend)
	f.add("torn", inMillis(d.torn))
	f.add("spawned", inMillis(d.spawned-d.torn))
	f.add("serving", inMillis(d.serving))
	f.add("revived", inMillis(d.serving-d.torn))
	h.run("start") // not measured: it returns when the record says what the proof has said
	h.note()
}

// adopt kills the supervisor and lets a start take its Temporal over.
func (b *bench) adopt(f figures, h *home) {
	b.pause(settleTime)
	before := h.record()
	check(killProven(before.Supervisor))
	b.awaitEnd(before.Supervisor.PID)
	f.add("adopted", h.run("start"))
	h.note()
	if after := h.record(); !after.Temporal.Same(before.Temporal) {
		check(fmt.Errorf("pid %d was not adopted: pid %d runs", before.Temporal.PID, after.Temporal.PID))
	}
}

var pairNotes = []string{
	"Each round runs bare, ours, bare, ours, each pair one after the other. A ratio is the median of the pairs' ratios, not the ratio of the medians; what a running Temporal is asked for is held against the median of the bare starts.",
	"The proof is the same for both: gRPC health SERVING for Temporal's workflow service and then DescribeNamespace of `default`, tried every millisecond from the spawn on. A command's time is from before its spawn until its exit status is there.",
	"Both run the same program with the same flags, in sessions of their own, writing to a file, and rest for the same half second before they are stopped.",
	"Both programs are written anew first, 32 KiB at a time, as dpkg and Go's io.Copy write: Linux keeps a file in memory in pieces of about the size of the writes, and maps whole pieces. Written in one go, Temporal begins 3 ms sooner and each of our commands 0.4 ms. Of a program that was just linked, or read in by its page faults after a boot, each page is a piece of its own: then Temporal begins 5 ms later and each of our commands 0.5 ms.",
	"A process counts as torn down when its pidfd becomes readable: the kernel has then given back its memory, descriptors and locks, and wakes its parent. The next one's spawn is the exec of Temporal's program, reported by fanotify. Nothing polls in between.",
	"No supervisor can shorten the tearing down: the kernel gives the memory back before the locks and ports that the next one needs, and wakes no process before it has given back all.",
	"`stop --now` is from before its spawn until its exit status is there, less what the kernel took to tear the bare server of the same round down and to wake its parent.",
	"The kills use `--stable-after 1ms`: by default a run is stable, and its restart immediate, after 10 s.",
}
