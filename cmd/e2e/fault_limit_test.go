package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
)

// goLimit is the smallest limit with which Go's own runtime does not crash before
// anything of ours runs: three standard files, epoll, eventfd, and what is read.
const goLimit = 8

// TestFaultDescriptorLimit: however few files a command may have open, it does
// what it is to do or says clearly that it cannot, and leaves nothing behind
// that a stop could not end.
func TestFaultDescriptorLimit(t *testing.T) {
	inPlaces(t, func(p *place) {
		p.local("start")
		p.stop()
		limit, step, args := goLimit, 1, "--timeout 15s"
		if p.real() { // with almost enough it hangs and heeds no SIGTERM, so these take their time
			limit, step, args = goLimit+rand.IntN(2), 2, "--timeout 3s"
		}
		for ; limit <= 20; limit += step {
			out, status := p.shell(fmt.Sprintf(`ulimit -n %d; exec "$0" local start %s`, limit, args))
			if status != 0 {
				p.says(fmt.Sprintf("start with ulimit -n %d", limit), out, "meaning:", "try:")
			}
			if status != 0 && !strings.Contains(out, "the supervisor goes on trying") {
				p.nothingRuns(fmt.Sprintf("a start with ulimit -n %d: %s", limit, out))
			}
			if out, status := p.try("stop", "--timeout", "1s"); status != 0 {
				p.t.Fatalf("stop after a start with ulimit -n %d: %d\n%s", limit, status, out)
			}
			p.nothingRuns("stop")
		}
		if out, status := p.shell(`ulimit -n 64; exec "$0" local start`); status != 0 {
			p.t.Errorf("no limit is enough:\n%s", out)
		}
		p.stop()
		// What could not be read for want of a descriptor is a good record all the same.
		if aside, _ := filepath.Glob(filepath.Join(p.home, "*.corrupt-*")); len(aside) > 0 {
			p.t.Errorf("set aside: %q", aside)
		}
	})
}

// TestFaultDescriptorLimitOfStop: a stop that cannot work leaves what runs
// running, and supervised.
func TestFaultDescriptorLimitOfStop(t *testing.T) {
	inPlaces(t, func(p *place) {
		p.local("start")
		limit, step := goLimit, 1
		if p.real() {
			limit, step = goLimit+rand.IntN(3), 3
		}
		for ; limit <= 15; limit += step {
			supervisor := p.pid("supervisor")
			out, status := p.shell(fmt.Sprintf(`ulimit -n %d; exec "$0" local stop`, limit))
			if status == 0 {
				p.nothingRuns(fmt.Sprintf("stop with ulimit -n %d", limit))
				p.local("start")
				continue
			}
			p.says(fmt.Sprintf("stop with ulimit -n %d", limit), out, "meaning:", "try:")
			if _, state := p.try("state"); state != 0 && state != 3 || state == 0 && !p.owns(supervisor) {
				p.t.Errorf("a stop with ulimit -n %d left state %d:\n%s", limit, state, out)
			}
			p.local("start")
		}
		p.stop()
	})
}
