package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// home is one home of the tool, with ports of its own.
type home struct {
	b     *bench
	path  statefile.Home
	ports ports
	// program is what it runs as Temporal, flags are further ones for start.
	program string
	flags   []string
}

// newHome prepares a home that does not exist yet.
func (b *bench) newHome(program string, flags ...string) *home {
	h := &home{b, statefile.Home(filepath.Join(b.makeFolder("home"), "h")), b.freePorts(), program, flags}
	b.atEnd = append(b.atEnd, h.close)
	return h
}

// command is one of the tool, in an environment without what would change its settings.
func (h *home) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, h.b.stigmer, append([]string{"local"}, args...)...)
	c.Env = slices.DeleteFunc(os.Environ(), func(entry string) bool { return strings.HasPrefix(entry, "STIGMER_") })
	c.Env = append(c.Env, "STIGMER_HOME="+string(h.path))
	// Ctrl-C is for this program, which then stops the others.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return c
}

// run runs a command of the tool and returns how long it took, in milliseconds from before
// its spawn until its exit status was there.
func (h *home) run(args ...string) float64 {
	ctx, cancel := context.WithTimeout(h.b, patience)
	defer cancel()
	c := h.command(ctx, args...)
	var errs bytes.Buffer
	c.Stderr = &errs
	began := time.Now()
	err := c.Run()
	took := time.Since(began)
	if err != nil {
		check(fmt.Errorf("stigmer local %s: %w: %s", args[0], err, errs.String()))
	}
	return inMillis(took)
}

// start starts this home's Temporal and notes the processes that its record names.
func (h *home) start() float64 {
	took := h.run(append([]string{
		"start", "--temporal-bin", h.program,
		"--port", strconv.Itoa(h.ports.frontend), "--ui-port", strconv.Itoa(h.ports.ui),
	}, h.flags...)...)
	h.note()
	return took
}

func (h *home) note() {
	r := h.record()
	h.b.ledger.note(r.Supervisor.PID)
	h.b.ledger.note(r.Temporal.PID)
}

func (h *home) stop() float64 { return h.run("stop") }

// record is what the home's record says now.
func (h *home) record() fsm.Record {
	return must((statefile.File{Home: h.path}).Load()).Record
}

// close stops whatever may still run in this home.
func (h *home) close() {
	if _, err := os.Stat(h.path.State()); err == nil && h.record().State != fsm.Stopped {
		h.stop()
	}
}

// atOnce does something to all homes side by side and waits for all.
func atOnce(homes []*home, do func(*home)) {
	failures := make([]error, len(homes))
	var all sync.WaitGroup
	for i, h := range homes {
		all.Go(func() { failures[i] = attempt(func() { do(h) }) })
	}
	all.Wait()
	check(errors.Join(failures...))
}
