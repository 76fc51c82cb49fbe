package actions

import (
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/stigmer/local/actions/cause"
	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/ports"
)

// Fifty homes that draw at once, from hardly more ports than they need, get a hundred ports:
// each is reserved from its draw until its Temporal listens.
func TestDrawsInParallel(t *testing.T) {
	const lowest, highest = 64_100, 64_249
	var draws sync.WaitGroup
	var lock sync.Mutex
	drawn := map[int]int{}
	for range 50 {
		draws.Go(func() {
			for range 2 {
				port, err := drawPort("127.0.0.1", lowest, highest)
				lock.Lock()
				if drawn[port]++; err != nil || drawn[port] > 1 {
					t.Errorf("port %d for the %d. time: %v", port, drawn[port], err)
				}
				lock.Unlock()
			}
		})
	}
	draws.Wait()
	for port := range drawn {
		listener, err := net.Listen("tcp", ports.HostPort("127.0.0.1", port)) // as Temporal does
		if err != nil {
			t.Errorf("a drawn port does not serve: %v", err)
			continue
		}
		stage.Check(t, listener.Close())
	}
}

func TestDrawPort(t *testing.T) {
	quiet := stage.QuietPorts(t, 20)
	for _, c := range []struct {
		name, ip        string
		lowest, highest int
		other           int
		inRange         bool
	}{
		{"a range", "127.0.0.1", quiet[0], quiet[9], 0, true},
		{"every address", "0.0.0.0", quiet[10], quiet[17], 0, true},
		{"a range of what was asked for", "127.0.0.1", quiet[18], quiet[18], quiet[18], false},
		{"no range", "127.0.0.1", 0, 0, 0, false},
	} {
		port, err := drawPort(c.ip, c.lowest, c.highest, c.other)
		stage.Check(t, err)
		if in := port >= c.lowest && port <= c.highest; port == c.other || in != c.inRange {
			t.Errorf("%s: %d", c.name, port)
		}
	}
	listener, err := net.Listen("tcp", ports.HostPort("127.0.0.1", quiet[19]))
	stage.Check(t, err)
	defer listener.Close()
	port, err := drawPort("127.0.0.1", quiet[19], quiet[19])
	stage.Check(t, err)
	stage.Is(t, "the kernel's choice, as the range is full", port != quiet[19] && port > 0, true)
	_, err = drawPort("192.0.2.1", quiet[0], quiet[9])
	stage.Is(t, "no address of this machine", err != nil, true)
}

// What the record has is used again, unless another program has it or it was asked for.
func TestObservePorts(t *testing.T) {
	asked := stage.QuietPorts(t, 2)
	r := fsm.Record{Settings: fsm.Settings{IP: "127.0.0.1", UIPort: asked[0]}}
	first, err := observePorts(r, noWait)
	stage.Check(t, err)
	p := first.Spare
	if p.Frontend == 0 || p.UI != 0 || p.HTTP == 0 || p.Metrics == 0 || p.HTTP == p.Metrics || p.Frontend == p.HTTP || p.Frontend == p.Metrics {
		t.Fatalf("drawn: %+v", first)
	}
	r.Drawn, r.Settings.Port = p, p.Frontend
	again, err := observePorts(r, noWait)
	stage.Check(t, err)
	stage.Is(t, "the second time", again, fsm.PortFacts{})

	for i, flag := range []string{"port", "", "http-port", "metrics-port"} {
		if flag == "" {
			continue
		}
		was := *r.Drawn.All()[i]
		listener, err := net.Listen("tcp", ports.HostPort("127.0.0.1", was))
		stage.Check(t, err)
		taken, err := observePorts(r, noWait)
		stage.Check(t, err)
		stage.Check(t, listener.Close())
		stage.Has(t, taken.Taken[i], "port "+strconv.Itoa(was)+" (--"+flag+") is taken", "pid ")
		if now := *taken.Spare.All()[i]; now == 0 || now == was {
			t.Errorf("%s: %d was taken, and %d was drawn", flag, was, now)
		}
		*taken.Spare.All()[i], taken.Taken[i] = 0, ""
		stage.Is(t, "the others", taken, fsm.PortFacts{})
	}

	r.Settings.MetricsPort = asked[1]
	listener, err := net.Listen("tcp", ports.HostPort("127.0.0.1", r.Drawn.Metrics))
	stage.Check(t, err)
	defer listener.Close()
	other, err := observePorts(r, noWait)
	stage.Check(t, err)
	stage.Is(t, "one that was asked for", other, fsm.PortFacts{})
	r.Settings.IP = "192.0.2.1"
	_, err = observePorts(fsm.Record{Settings: r.Settings}, noWait)
	stage.Is(t, "no address of this machine", cause.Of(err), fsm.CodeAddressForeign)
}

// The web UI is never drawn on a port that browsers refuse, nor any on one that the record has.
func TestPortsThatAreNeverDrawn(t *testing.T) {
	r := fsm.Record{Settings: fsm.Settings{HTTPPort: 9000}, Drawn: fsm.Ports{Frontend: 61001, Metrics: 61002}}
	for i, blocked := range []bool{false, true, false, false} {
		list := r.NeverDrawn(i)
		stage.Is(t, "browsers", slices.Contains(list, 10080), blocked)
		stage.Is(t, "its own", slices.Contains(list, 9000) && slices.Contains(list, 61001) && slices.Contains(list, 61002), true)
	}
}
