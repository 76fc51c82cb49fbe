package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/stigmer/local/probes/temporal"
)

const ip = "127.0.0.1"

// ports are those of one Temporal.
type ports struct{ frontend, ui, http, metrics int }

// argv is the command line that actions/argv.go gives Temporal; sameFlags holds the
// two together.
func argv(p ports, db string) []string {
	return []string{
		"server", "start-dev", "--ip", ip,
		"--port", strconv.Itoa(p.frontend), "--http-port", strconv.Itoa(p.http),
		"--metrics-port", strconv.Itoa(p.metrics), "--ui-port", strconv.Itoa(p.ui),
		"--db-filename", db,
		"--env", "default", "--env-file", os.DevNull, "--log-level", "warn", "--log-format", "text",
	}
}

// sameFlags refuses to compare servers that were asked for different things: the
// words of both command lines are the same but for the flags' values.
func sameFlags(one, other []string) error {
	names := func(args []string) (names string) {
		for _, arg := range args {
			if strings.HasPrefix(arg, "--") {
				names += " " + arg
			}
		}
		return names
	}
	if a, b := names(one), names(other); a != b {
		return fmt.Errorf("the two servers are not started the same way:%s, and%s", a, b)
	}
	return nil
}

// server is a program in a session of its own that writes to a file: a Temporal with
// nothing around it, or a peer.
type server struct {
	*exec.Cmd
	ended chan error
}

// launch starts a program in a folder, and notes it.
func (b *bench) launch(folder, program string, args ...string) server {
	log := must(os.OpenFile(filepath.Join(folder, "output.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600))
	defer log.Close()
	s := server{exec.Command(program, args...), make(chan error, 1)}
	s.Dir, s.Stdout, s.Stderr = folder, log, log
	s.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	check(s.Start())
	go func() { s.ended <- s.Wait() }() // ends with the program, which the ledger ends
	b.ledger.note(s.Process.Pid)
	return s
}

// awaitExit waits until the program exits, with whatever status.
func (s server) awaitExit(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-s.ended:
	case <-ctx.Done():
		check(fmt.Errorf("%s (pid %d) did not exit: %w", s.Path, s.Process.Pid, ctx.Err()))
	}
}

// runBare starts a bare server, as the tool does, and ends it by a signal. It returns the milliseconds
// from its spawn until it was proven to serve, and from the signal until its exit. Its folder
// keeps the database for the next one.
func (b *bench) runBare(folder string, end syscall.Signal) (start, stop float64) {
	p := b.freePorts()
	began := time.Now()
	s := b.launch(folder, b.temporal, argv(p, filepath.Join(folder, "temporal.db"))...)
	b.prove(p.frontend)
	start = inMillis(time.Since(began))
	b.pause(settleTime)
	began = time.Now()
	check(s.Process.Signal(end))
	s.awaitExit(b)
	return start, inMillis(time.Since(began))
}

// prove waits until a client can work, by the probe that the tool goes by, each
// millisecond: on a port on which nothing listens that costs one refused connect.
func (b *bench) prove(port int) {
	ctx, cancel := context.WithTimeout(b, patience)
	defer cancel()
	endpoint := temporal.Endpoint{Address: address(port)}
	for {
		answer := endpoint.Ask(ctx)
		if answer.Verdict.Ready {
			return
		}
		if ctx.Err() != nil {
			check(fmt.Errorf("no server answers on port %d: %s: %w", port, answer.Detail, ctx.Err()))
		}
		time.Sleep(time.Millisecond)
	}
}
