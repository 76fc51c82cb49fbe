package e2e_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// scrape reads the metrics at a target, as Prometheus does.
func (p *place) scrape(target string) {
	p.t.Helper()
	answer, err := http.Get("http://" + target + "/metrics")
	check(p.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(p.t, err)
	want := "metrics" // the fake's
	if p.real() {
		want = "# TYPE service_requests counter"
	}
	p.says("a scrape", string(text), want)
}

// target is what a Prometheus is configured with, as env prints it.
func (p *place) target() string {
	p.t.Helper()
	out, status := p.shell(`eval "$("$0" local env --shell bash)"; echo "$TEMPORAL_METRICS_ADDRESS"`)
	if _, _, err := net.SplitHostPort(strings.TrimSpace(out)); err != nil || status != 0 {
		p.t.Fatalf("env: %v, status %d: %s", err, status, out)
	}
	return strings.TrimSpace(out)
}

// TestSidePorts scrapes one target through everything that begins another Temporal or another
// supervisor, until another program takes its port while nothing runs.
func TestSidePorts(t *testing.T) {
	inPlaces(t, func(p *place) {
		p.says("start", p.local("start"), "  HTTP       http://127.0.0.1:"+p.ask(".side_ports.http"), "  Metrics    http://127.0.0.1:"+p.ask(".side_ports.metrics")+"/metrics")
		target, http := p.target(), p.ask(".side_ports.http")
		for _, after := range []struct {
			what string
			do   func()
		}{
			{"the start", func() {}},
			{"a crash", p.crash},
			{"a restart", func() { p.local("restart") }},
			{"a stop and a start", func() { p.stop(); p.local("start") }},
			{"an adoption", func() { p.orphan(); p.local("start") }},
			{"an adoption without a record", func() {
				p.orphan()
				check(p.t, os.Remove(filepath.Join(p.home, "temporal.state.json")))
				p.local("start")
			}},
			{"a crash after that", p.crash},
		} {
			after.do()
			p.scrape(target)
			if now := p.target(); now != target || p.ask(".side_ports.http") != http {
				p.t.Errorf("after %s env prints %s, not %s, and HTTP's port is %s, not %s", after.what, now, target, p.ask(".side_ports.http"), http)
			}
			p.exits(0, []string{"state"}, "  HTTP       http://127.0.0.1:"+http+"\n", "  Metrics    http://"+target+"/metrics\n")
			p.exits(0, []string{"state", "-o", "json"}, `"http_url": "http://127.0.0.1:`+http+`"`, `"metrics_url": "http://`+target+`/metrics"`)
		}

		p.stop()
		other, err := net.Listen("tcp", target)
		check(p.t, err)
		defer other.Close()
		p.local("start")
		if p.target() == target || p.ask(".side_ports.http") != http {
			p.t.Errorf("with another program on %s: metrics at %s, HTTP's port is %s, not %s", target, p.target(), p.ask(".side_ports.http"), http)
		}
		p.scrape(p.target())
		p.exits(0, []string{"state", "--explain"}, "is taken on "+target, fmt.Sprintf("pid %d", os.Getpid()), "the metrics are on port "+p.ask(".side_ports.metrics")+" from now on")
		p.stop()
	})
}

// TestSidePortTakenMeanwhile: another program takes a drawn port after the supervisor has found it
// free. The Temporal that fails for that is started again, on another port.
func TestSidePortTakenMeanwhile(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	gate := filepath.Join(p.dir, "gate")
	p.env = append(p.env, "FAKE_TEMPORAL=gate="+gate)
	started := make(chan string, 1)
	go func() { out, _ := p.try("start"); started <- out }()
	p.await("Starting", ".temporal.pid!=0")
	port, http := p.ask(".side_ports.metrics"), p.ask(".side_ports.http")
	other, err := net.Listen("tcp", "127.0.0.1:"+port)
	check(t, err)
	defer other.Close()
	check(t, os.WriteFile(gate, nil, 0o600))
	p.says("start", <-started, "Started in")
	if p.ask(".side_ports.metrics") == port || p.ask(".side_ports.http") != http {
		t.Errorf("port %s is taken: %s", port, p.record())
	}
	p.scrape(p.target())
	p.exits(0, []string{"state", "--explain"}, "exited with status 1", "port "+port+" (--metrics-port) is taken on 127.0.0.1:"+port, "from now on")
	p.stop()
}

// TestSidePortsAsked: what is asked for beats what was drawn, which comes back without it.
func TestSidePortsAsked(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	p.local("start")
	drawn := p.target()
	p.exits(0, []string{"start", "--metrics-port", drawn[strings.LastIndexByte(drawn, ':')+1:]}, "already running")
	port, err := freePort()
	check(t, err)
	p.local("restart", "--metrics-port", port)
	p.scrape("127.0.0.1:" + port)
	p.says("env", p.target(), "127.0.0.1:"+port)
	p.stop()
	p.exits(3, []string{"state"}, "Stopped")
	p.local("start")
	p.says("env", p.target(), drawn)
	p.scrape(drawn)
	p.local("restart", "--ui-port", drawn[strings.LastIndexByte(drawn, ':')+1:])
	if p.target() == drawn {
		t.Errorf("the web UI and the metrics are both on %s", drawn)
	}
	p.scrape(p.target())
	p.stop()
}
