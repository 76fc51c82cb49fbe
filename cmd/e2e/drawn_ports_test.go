package e2e_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// drawing has a place ask for any port.
func drawing(p *place) *place {
	p.env = append(p.env, "STIGMER_PORT=0", "STIGMER_UI_PORT=")
	return p
}

// manyDraw starts homes side by side that ask for any port, and once more after a stop. No two get one port, and no
// start fails.
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
			all.Go(func() {
				if out, status := p.try(args...); status != 0 {
					t.Errorf("%q: exit status %d:\n%s", args, status, out)
				}
			})
		}
		all.Wait()
	}
	ports := []string{".settings.port", ".settings.ui_port", ".side_ports.http", ".side_ports.metrics"}
	first := map[string]string{}
	for _, round := range []string{"first", "second"} {
		together("start")
		users := map[string]string{}
		for _, p := range homes {
			for _, which := range ports {
				user, port := p.home+which, p.ask(which)
				if other := users[port]; other != "" || port == "0" || port == "missing" {
					t.Errorf("port %s is that of %s and of %s", port, user, other)
				}
				users[port] = user
				if was := first[user]; round == "second" && was != port {
					t.Errorf("%s was %s, and is %s", user, was, port)
				}
				first[user] = port
			}
		}
		together(stopSoon...)
	}
}

// TestFiftyHomesDrawPorts: fifty starts at once.
func TestFiftyHomesDrawPorts(t *testing.T) { manyDraw(t, 50, fakePlace) }

// TestRealHomesDrawPorts: fewer, on the real Temporal.
func TestRealHomesDrawPorts(t *testing.T) { manyDraw(t, 5, realPlace) }

// TestDrawnPortTakenMeanwhile: another program takes a drawn port after the supervisor has found it free. The Temporal
// that fails for that is started again, on another port, and the start that waits succeeds.
func TestDrawnPortTakenMeanwhile(t *testing.T) {
	t.Parallel()
	for which, words := range map[string]string{".settings.port": "(--port) is taken", ".settings.ui_port": "(--ui-port) is taken"} {
		t.Run(which, func(t *testing.T) {
			t.Parallel()
			p := drawing(fakePlace(t))
			gate := filepath.Join(p.dir, "gate")
			p.env = append(p.env, "FAKE_TEMPORAL=gate="+gate)
			started := make(chan string, 1)
			go func() { out, _ := p.try("start"); started <- out }()
			p.await("Starting", ".temporal.pid!=0")
			port := p.ask(which)
			other, err := net.Listen("tcp", "127.0.0.1:"+port)
			check(t, err)
			defer other.Close()
			check(t, os.WriteFile(gate, nil, 0o600))
			p.says("start", <-started, "Started in", "port "+port+" "+words, fmt.Sprintf("pid %d", os.Getpid()), "from now on")
			if p.ask(which) == port {
				t.Errorf("port %s is taken: %s", port, p.record())
			}
			p.exits(0, []string{"state"}, "Healthy")
			p.stop()
		})
	}
}
