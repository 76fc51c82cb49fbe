package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
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
	// program is what it is to run as Temporal.
	program string
	flags   []string
}

// newHome prepares a home that does not exist yet; flags are further ones for start.
func (b *bench) newHome(program string, flags ...string) (*home, error) {
	folder, err := b.makeFolder("home")
	if err != nil {
		return nil, err
	}
	p, err := b.freePorts()
	if err != nil {
		return nil, err
	}
	h := &home{b: b, path: statefile.Home(filepath.Join(folder, "h")), ports: p, program: program, flags: flags}
	b.opened <- h
	return h, nil
}

// run runs one command of the tool and returns how long it took, from before its
// spawn until its exit status was there, and what it printed.
func (h *home) run(ctx context.Context, args ...string) (time.Duration, string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, h.b.stigmer, append([]string{"local"}, args...)...)
	cmd.Env = append(cleanEnv(), "STIGMER_HOME="+string(h.path))
	// Ctrl-C is for this program, which then ends the others.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	began := time.Now()
	err := cmd.Run()
	took := time.Since(began)
	if err != nil {
		return took, out.String(), fmt.Errorf("stigmer local %s: %w: %s", args[0], err, errs.String())
	}
	return took, out.String(), nil
}

// cleanEnv is the caller's environment without what would change the tool's settings.
func cleanEnv() []string {
	var kept []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "STIGMER_") {
			kept = append(kept, entry)
		}
	}
	return kept
}

// start starts this home's Temporal and notes what has come of it.
func (h *home) start(ctx context.Context) (time.Duration, error) {
	args := append([]string{
		"start", "--temporal-bin", h.program,
		"--port", strconv.Itoa(h.ports.frontend), "--ui-port", strconv.Itoa(h.ports.ui),
	}, h.flags...)
	took, _, err := h.run(ctx, args...)
	if err != nil {
		return took, err
	}
	return took, h.noteBoth()
}

// noteBoth notes the supervisor and the Temporal that the record names.
func (h *home) noteBoth() error {
	r, err := h.record()
	if err != nil {
		return err
	}
	_, err = h.b.ledger.note(r.Supervisor.PID)
	_, failed := h.b.ledger.note(r.Temporal.PID)
	return errors.Join(err, failed)
}

// record is what the home's record says now.
func (h *home) record() (fsm.Record, error) {
	document, err := (statefile.File{Home: h.path}).Load()
	return document.Record, err
}

func (h *home) stop(ctx context.Context) (time.Duration, error) {
	took, _, err := h.run(ctx, "stop")
	return took, err
}

// close stops whatever may still run in this home. It is silent where nothing does.
func (h *home) close(ctx context.Context) {
	if _, err := os.Stat(string(h.path)); err != nil {
		return
	}
	if r, err := h.record(); err == nil && r.State == fsm.Stopped {
		return
	}
	if _, err := h.stop(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
}
