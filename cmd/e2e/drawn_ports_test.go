package e2e_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// drawing has a place ask for any port.
func drawing(p *place) *place {
	p.env = append(p.env, "STIGMER_PORT=0", "STIGMER_UI_PORT=")
	return p
}

// manyDraw starts homes side by side that ask for any port. No two get one port, and no start loses a race for one: that
// would cost a restart.
func manyDraw(t *testing.T, n int, make func(*testing.T) *place) {
	t.Parallel()
	homes := []*place{}
	for range n {
		homes = append(homes, drawing(make(t)))
	}
	together := func(args ...string) {
		t.Helper()
		var all sync.WaitGroup
		for _, p := range homes {
			all.Go(func() { p.exits(0, args) })
		}
		all.Wait()
	}
	together("start", "--timeout", "3m")
	users := map[string]string{}
	for _, p := range homes {
		for _, which := range []string{".settings.port", ".settings.ui_port", ".side_ports.http", ".side_ports.metrics"} {
			user, port := p.home+which, p.ask(which)
			if other := users[port]; other != "" || port == "0" || port == "missing" {
				t.Errorf("port %s is that of %s and of %s", port, user, other)
			}
			users[port] = user
		}
		if lost := p.ask(".restarts.total"); lost != "0" {
			t.Errorf("%s lost %s races", p.home, lost)
		}
	}
	together(stopSoon...)
}

// TestFiftyHomesDrawPorts: fifty starts at once.
func TestFiftyHomesDrawPorts(t *testing.T) { manyDraw(t, 50, fakePlace) }

// TestRealHomesDrawPorts: fewer, on the real Temporal.
func TestRealHomesDrawPorts(t *testing.T) { manyDraw(t, 5, realPlace) }

// TestDrawnPortTakenMeanwhile: another program takes a drawn port after the supervisor has found it free. The Temporal
// that fails for that is started again, on another port, and the start that waits succeeds.
func TestDrawnPortTakenMeanwhile(t *testing.T) {
	inPlaces(t, func(p *place) {
		drawing(p)
		for which, words := range map[string]string{".settings.port": "(--port) is taken", ".settings.ui_port": "(--ui-port) is taken"} {
			open := p.gated()
			started := make(chan string, 1)
			go func() { out, _ := p.try("start"); started <- out }()
			p.await("Starting", ".temporal.pid!=0")
			port := p.ask(which)
			other, err := net.Listen("tcp", "127.0.0.1:"+port)
			check(p.t, err)
			open()
			p.says("start", <-started, "Started in", "port "+port+" "+words, fmt.Sprintf("pid %d", os.Getpid()), "from now on")
			if p.ask(which) == port {
				p.t.Errorf("port %s is taken: %s", port, p.record())
			}
			p.exits(0, []string{"state"}, "Healthy")
			p.stop()
			check(p.t, other.Close())
		}
	})
}

// gated has the next Temporal wait, before it begins, until open is called.
func (p *place) gated() (open func()) {
	folder := p.t.TempDir()
	gate, program := filepath.Join(folder, "gate"), filepath.Join(folder, "temporal")
	check(p.t, syscall.Mkfifo(gate, 0o600))
	script := fmt.Sprintf("#!/bin/sh\ncase \"$*\" in *--metrics-port*) [ -p %[1]s ] && cat %[1]s ;; esac\nexec %s \"$@\"\n", gate, p.temporalBin())
	check(p.t, os.WriteFile(program, []byte(script), 0o700))
	p.env = append(p.env, "STIGMER_TEMPORAL_BIN="+program)
	return func() {
		waits, err := os.OpenFile(gate, os.O_WRONLY, 0) // once cat has it open
		check(p.t, errors.Join(err, os.Remove(gate), waits.Close()))
	}
}
