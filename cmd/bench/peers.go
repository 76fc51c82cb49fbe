package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// grown is how long a server runs under a peer before it is killed: most hold
// back a restart after less than a second, as a guard against crash loops.
const grown = 1500 * time.Millisecond

// job is what a supervisor is to run.
type job struct {
	folder, program string
	args            []string
	ports           ports
}

// launched is a supervisor that runs the job.
type launched struct {
	// root is its topmost process.
	root int
	// again starts what runs already; nil where there is no such command.
	again *exec.Cmd
	// stop ends it and what it runs, by its own means.
	stop func(context.Context) error
}

// peer is a supervisor to stand beside.
type peer struct {
	name string
	// programs are what must be in PATH, install says how they come there.
	programs []string
	install  string
	launch   func(context.Context, *bench, job) (launched, error)
	// remark says in what its work is not the same.
	remark string
}

// missing names the programs that are not installed.
func (p peer) missing() string {
	var list []string
	for _, program := range p.programs {
		if _, err := exec.LookPath(program); err != nil {
			list = append(list, program)
		}
	}
	return strings.Join(list, ", ")
}

// peerFigures are one contender's.
type peerFigures struct{ torn, spawn, serve, again, memory, pss samples }

// contender is a peer that is measured.
type contender struct {
	peer
	job     job
	at      launched
	figures peerFigures
	// err is why it was measured no further.
	err error
}

// measurePeers runs each supervisor that is installed, ours first. All run at the same
// time and are measured by turns, as a machine has better and worse minutes.
func measurePeers(ctx context.Context, b *bench) section {
	s := section{title: "Beside other supervisors", intro: "The same Temporal, with the same command line, under each. All run at the same time, and are measured by turns."}
	var ring []*contender
	for _, p := range contenders {
		if missing := p.missing(); missing != "" {
			s.absent = append(s.absent, fmt.Sprintf("Not found: %s (no %s in PATH). To have it measured: %s", p.name, missing, p.install))
			continue
		}
		ring = append(ring, &contender{peer: p})
		s.notes = append(s.notes, p.name+": "+p.remark)
	}
	b.contend(ctx, ring)
	for _, kind := range peerRows {
		for _, c := range ring {
			r := row{what: kind.what + ": " + c.name, unit: kind.unit, figures: kind.of(c.figures)}
			if c.err != nil {
				r.trouble = c.err.Error()
			} else if len(r.figures) == 0 {
				continue // it has no such thing; its remark says why
			}
			s.rows = append(s.rows, r)
		}
	}
	return s
}

// peerRows are what all are measured by.
var peerRows = []struct {
	what, unit string
	of         func(peerFigures) samples
}{
	{"kill -9 to the next spawn", "ms", func(f peerFigures) samples { return f.spawn }},
	{"... without the kernel's tearing down", "ms", func(f peerFigures) samples {
		var s samples
		for i := range f.spawn {
			s = append(s, f.spawn[i]-f.torn[i])
		}
		return s
	}},
	{"kill -9 to serving", "ms", func(f peerFigures) samples { return f.serve }},
	{"a start command on what runs", "ms", func(f peerFigures) samples { return f.again }},
	{"memory of the supervisor (VmRSS)", "MB", func(f peerFigures) samples { return f.memory }},
	{"memory of the supervisor (Pss)", "MB", func(f peerFigures) samples { return f.pss }},
}

// contend measures those in the ring. One that fails is measured no further.
func (b *bench) contend(ctx context.Context, ring []*contender) {
	for _, c := range ring {
		defer c.leave(ctx)
		c.err = b.enter(ctx, c)
	}
	for round := 1; round <= b.rounds; round++ {
		for _, c := range ring {
			if c.err == nil {
				progress(c.name, round, b.rounds)
				c.err = b.bout(ctx, c)
			}
		}
	}
}

// enter starts a contender, and returns when it serves.
func (b *bench) enter(ctx context.Context, c *contender) error {
	folder, err := b.makeFolder("p")
	if err != nil {
		return err
	}
	free, err := b.freePorts()
	if err != nil {
		return err
	}
	c.job = job{folder: folder, program: b.temporal, args: argv(free, folder+"/temporal.db"), ports: free}
	if c.at, err = c.launch(ctx, b, c.job); err != nil {
		return err
	}
	return prove(ctx, free.frontend)
}

// leave ends a contender by its own means, after Ctrl-C as well.
func (c *contender) leave(ctx context.Context) {
	if c.at.stop == nil {
		return
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	c.err = errors.Join(c.err, c.at.stop(end))
}

// bout is one round of one supervisor.
func (b *bench) bout(ctx context.Context, c *contender) error {
	l, j, f := c.at, c.job, &c.figures
	if err := pause(ctx, grown); err != nil {
		return err
	}
	processes, err := familyOf(l.root, j.program)
	if err != nil {
		return err
	}
	if len(processes.servers) != 1 {
		return fmt.Errorf("%d servers run under pid %d, and not one", len(processes.servers), l.root)
	}
	for _, pid := range processes.supervisors {
		b.ledger.note(pid)
	}
	victim, err := b.ledger.note(processes.servers[0])
	if err != nil {
		return err
	}
	memory, err := residentOf(processes.supervisors...)
	if err != nil {
		return err
	}
	f.memory, f.pss = append(f.memory, memory.rss), append(f.pss, memory.pss)
	if l.again != nil {
		if err := timed(&f.again, func() (time.Duration, error) { return runAgain(ctx, l.again) }); err != nil {
			return err
		}
	}
	d, err := watchDeath(ctx, victim, j.program, j.ports.frontend)
	if err != nil {
		return err
	}
	f.torn, f.spawn, f.serve = append(f.torn, inMillis(d.torn)), append(f.spawn, inMillis(d.spawned)), append(f.serve, inMillis(d.serving))
	return nil
}

// runAgain runs a copy of a command. Whether it calls "already running" a failure
// is its own affair.
func runAgain(ctx context.Context, again *exec.Cmd) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, again.Path, again.Args[1:]...)
	cmd.Env, cmd.SysProcAttr = again.Env, &syscall.SysProcAttr{Setpgid: true}
	began := time.Now()
	err := cmd.Run()
	took := time.Since(began)
	if _, ok := errors.AsType[*exec.ExitError](err); ok && ctx.Err() == nil {
		err = nil
	}
	return took, err
}

// daemon starts a supervisor that stays in the foreground, in a session of its
// own. end makes it end itself and all below it; the returned stop waits for it.
func (b *bench) daemon(folder string, end func(context.Context, *os.Process) error, program string, args ...string) (launched, error) {
	log, err := os.Create(folder + "/supervisor.log")
	if err != nil {
		return launched{}, err
	}
	defer log.Close()
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return launched{}, err
	}
	b.ledger.note(cmd.Process.Pid)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // ends with the process, which the ledger ends
	stop := func(ctx context.Context) error {
		if err := end(ctx, cmd.Process); err != nil {
			return err
		}
		select {
		case <-ended: // with whatever status
			return nil
		case <-ctx.Done():
			return fmt.Errorf("%s (pid %d) did not end: %w", program, cmd.Process.Pid, ctx.Err())
		}
	}
	return launched{root: cmd.Process.Pid, stop: stop}, nil
}

// by ends a supervisor by a signal.
func by(sig syscall.Signal) func(context.Context, *os.Process) error {
	return func(_ context.Context, p *os.Process) error { return p.Signal(sig) }
}
