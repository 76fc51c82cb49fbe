package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/procfs"
)

// uptime is how long a server runs under a peer before it is killed: most hold back a
// restart after less than a second, as a guard against crash loops.
const uptime = 1500 * time.Millisecond

// peer is a supervisor that is measured, ours or another one.
type peer struct {
	peerKind
	folder, program string
	ports           ports
	// root is its topmost process.
	root int
	// again starts what runs already; nil where there is no such command.
	again *exec.Cmd
	// figures has the samples by the words of peerRows; err is why there are no more.
	figures figures
	err     error
}

// measurePeers runs each supervisor that is installed, ours first. All run at the same
// time and are measured by turns, as a machine has better and worse minutes.
func measurePeers(b *bench) section {
	s := section{title: "Beside other supervisors", intro: "The same Temporal, with the same command line, under each. All run at the same time, and are measured by turns."}
	var peers []*peer
	for _, kind := range peerKinds {
		if program := kind.missing(); program != "" {
			s.notes = append(s.notes, fmt.Sprintf("Not found: %s (no %s in PATH). To have it measured: %s", kind.name, program, kind.install))
			continue
		}
		s.notes = append(s.notes, kind.name+": "+kind.remark)
		p := &peer{peerKind: kind, folder: b.makeFolder("p"), program: b.temporal, ports: b.freePorts(), figures: figures{}}
		p.err = attempt(func() { p.launch(b, p); b.prove(p.ports.frontend) })
		peers = append(peers, p)
	}
	err := b.each("other supervisors", b.rounds, func() {
		for _, p := range peers {
			if p.err == nil {
				p.err = attempt(func() { p.bout(b) })
			}
		}
	})
	for _, p := range peers {
		if p.err != nil { // the others are measured all the same
			s.troubles = append(s.troubles, p.name+": "+p.err.Error())
			p.figures = nil
		}
	}
	for _, of := range peerRows {
		for _, p := range peers {
			if f := p.figures[of.what]; f != nil || p.err != nil {
				s.rows = append(s.rows, row{of.what + ": " + p.name, of.unit, f, nil, 0})
			}
		}
	}
	return s.endedBy(err)
}

// peerRows are what all are measured by. A peer that has no such thing has no row: its
// remark says why.
var peerRows = []struct{ what, unit string }{
	{"kill -9 to the next spawn", "ms"},
	{"... without the kernel's tearing down", "ms"},
	{"kill -9 to serving", "ms"},
	{"a start command on what runs", "ms"},
	{"memory of the supervisor (VmRSS)", "MB"},
	{"memory of the supervisor (Pss)", "MB"},
}

// bout is one round of one supervisor.
func (p *peer) bout(b *bench) {
	b.pause(uptime)
	servers, supervisors := familyOf(p.root, p.program)
	if len(servers) != 1 {
		check(fmt.Errorf("%d servers run under %s (pid %d), and not one", len(servers), p.name, p.root))
	}
	for _, pid := range supervisors {
		b.ledger.note(pid)
	}
	victim, memory := b.ledger.note(servers[0]), figures{}
	memory.addMemory("", supervisors...)
	p.figures.add("memory of the supervisor (VmRSS)", memory["rss"]...)
	p.figures.add("memory of the supervisor (Pss)", memory["pss"]...)
	if p.again != nil {
		p.figures.add("a start command on what runs", p.runAgain(b))
	}
	d := b.watchDeath(victim, p.program, p.ports.frontend)
	p.figures.add("kill -9 to the next spawn", inMillis(d.spawned))
	p.figures.add("... without the kernel's tearing down", inMillis(d.spawned-d.torn))
	p.figures.add("kill -9 to serving", inMillis(d.serving))
}

// runAgain runs a copy of a command. Whether it calls "already running" a failure is its
// own affair.
func (p *peer) runAgain(b *bench) float64 {
	ctx, cancel := context.WithTimeout(b, patience)
	defer cancel()
	c := exec.CommandContext(ctx, p.again.Path, p.again.Args[1:]...)
	c.Env, c.SysProcAttr = p.again.Env, &syscall.SysProcAttr{Setpgid: true}
	began := time.Now()
	err := c.Run()
	took := time.Since(began)
	if _, ok := errors.AsType[*exec.ExitError](err); !ok || ctx.Err() != nil {
		check(err)
	}
	return inMillis(took)
}

// familyOf finds root and all that descends from it: those that run the server's program,
// by its file, which may have several names, and those that supervise.
func familyOf(root int, program string) (servers, supervisors []int) {
	wanted := must(os.Stat(program))
	children := map[int][]int{}
	for _, proc := range must(procfs.AllProcs()) {
		if stat, err := proc.Stat(); err == nil && stat.State != "Z" {
			children[stat.PPID] = append(children[stat.PPID], proc.PID)
		}
	}
	for next := []int{root}; len(next) > 0; next = next[1:] {
		pid := next[0]
		next = append(next, children[pid]...)
		exe, err := os.Stat(fmt.Sprintf("/proc/%d/exe", pid))
		if err == nil && os.SameFile(exe, wanted) {
			servers = append(servers, pid)
		} else {
			supervisors = append(supervisors, pid)
		}
	}
	return servers, supervisors
}

// args is the command line of Temporal, without the program.
func (p *peer) args() []string { return argv(p.ports, p.folder+"/temporal.db") }

// script writes a run script that becomes Temporal, in a folder of its own, and returns
// that folder. What is quoted are ports, flags and our own temporary folder.
func (p *peer) script() string {
	folder := filepath.Join(p.folder, "services", "temporal")
	check(os.MkdirAll(folder, 0o700))
	text := fmt.Sprintf("#!/bin/sh\nexec '%s' '%s' >>'%s/temporal.log' 2>&1\n", p.program, strings.Join(p.args(), "' '"), p.folder)
	check(os.WriteFile(filepath.Join(folder, "run"), []byte(text), 0o700))
	return folder
}

// daemon starts a supervisor that stays in the foreground. At the end of the bench, end
// makes it stop itself and all below it.
func (p *peer) daemon(b *bench, end func(*os.Process) error, program string, args ...string) {
	s := b.launch(p.folder, program, args...)
	p.root = s.Process.Pid
	b.atEnd = append(b.atEnd, func() {
		check(end(s.Process))
		s.awaitExit(b)
	})
}
