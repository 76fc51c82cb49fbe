package main

import (
	"context"
	"fmt"
	"net"
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

// spacing is the pause between two attempts of a proof. An attempt on a port that
// nobody listens on costs one connect, which the kernel refuses at once.
const spacing = time.Millisecond

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
	}
}

// sameFlags refuses to compare servers that were asked for different things: the
// words of both command lines are the same but for the flags' values.
func sameFlags(one, other []string) error {
	flags := func(args []string) string {
		var names []string
		for _, arg := range args {
			if strings.HasPrefix(arg, "--") {
				names = append(names, arg)
			}
		}
		return strings.Join(names, " ")
	}
	if a, b := flags(one), flags(other); a != b {
		return fmt.Errorf("the two servers are not started the same way: %s, and %s", a, b)
	}
	return nil
}

// server is a Temporal with nothing around it.
type server struct {
	cmd   *exec.Cmd
	ports ports
	log   string
	ended chan error
}

// startBare starts Temporal as the tool does, in a session of its own and with its
// output in a file, and returns how long it took from the spawn until it was proven
// to serve. Its folder keeps the database for the next one.
func (b *bench) startBare(ctx context.Context, folder string) (*server, time.Duration, error) {
	p, err := b.freePorts()
	if err != nil {
		return nil, 0, err
	}
	path := filepath.Join(folder, "temporal.log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, 0, err
	}
	defer log.Close()
	cmd := exec.Command(b.temporal, argv(p, filepath.Join(folder, "temporal.db"))...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, 0, err
	}
	s := &server{cmd: cmd, ports: p, log: path, ended: make(chan error, 1)}
	go func() { s.ended <- cmd.Wait() }() // ends with the server, which the ledger ends
	b.ledger.note(cmd.Process.Pid)
	err = prove(ctx, p.frontend)
	took := time.Since(began)
	if err != nil {
		return nil, 0, fmt.Errorf("the bare server: %w; %s", err, lastLine(path))
	}
	return s, took, nil
}

// stop ends the server by SIGTERM and returns how long it took to exit.
func (s *server) stop(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	select {
	case <-s.ended:
		return time.Since(began), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(patience):
		return 0, fmt.Errorf("the bare server (pid %d) did not exit within %s", s.cmd.Process.Pid, patience)
	}
}

// prove waits until a client can work, by the proof that the tool goes by: health
// SERVING, and the namespace default answering.
func prove(ctx context.Context, port int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	endpoint := temporal.Endpoint{Address: net.JoinHostPort(ip, strconv.Itoa(port))}
	for {
		answer := endpoint.Ask(ctx)
		if answer.Verdict.Ready {
			return nil
		}
		if err := pause(ctx, spacing); err != nil {
			return fmt.Errorf("nobody serves on port %d: %s: %w", port, answer.Detail, err)
		}
	}
}

// pause lets time pass, where time is what is measured.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func lastLine(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return "its last line: " + lines[len(lines)-1]
}
