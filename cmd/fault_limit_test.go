package cmd_test

import (
	"fmt"
	"path/filepath"
	"testing"
)

// goLimit is the smallest limit with which Go's own runtime does not crash before
// anything of ours runs: three standard files, epoll, eventfd, and what is read.
const goLimit = 8

// TestFaultDescriptorLimit: however few files a command may have open, it does
// what it is to do or says clearly that it cannot, and leaves nothing behind
// that a stop could not end.
func TestFaultDescriptorLimit(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	p.local("start")
	p.local("stop")
	started := false
	for limit := goLimit; limit <= 20; limit++ {
		out, status := p.shell(fmt.Sprintf(`ulimit -n %d; exec "$0" local start --timeout 15s`, limit))
		if status == 0 {
			started = true
		} else {
			p.says(fmt.Sprintf("start with ulimit -n %d", limit), out, "meaning:", "try:")
			p.nothingRuns(fmt.Sprintf("a start with ulimit -n %d: %s", limit, out))
		}
		if out, status := p.try("stop"); status != 0 {
			t.Fatalf("stop after a start with ulimit -n %d: %d\n%s", limit, status, out)
		}
		p.nothingRuns("stop")
	}
	if !started {
		t.Error("no limit was enough")
	}
	// What could not be read for want of a descriptor is a good record all the same.
	if aside, _ := filepath.Glob(filepath.Join(p.home, "*.corrupt-*")); len(aside) > 0 {
		t.Errorf("set aside: %q", aside)
	}
}

// TestFaultDescriptorLimitOfStop: a stop that cannot work leaves what runs
// running, and supervised.
func TestFaultDescriptorLimitOfStop(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	p.local("start")
	for limit := goLimit; limit <= 15; limit++ {
		supervisor := p.number("supervisor")
		out, status := p.shell(fmt.Sprintf(`ulimit -n %d; exec "$0" local stop`, limit))
		if status == 0 {
			p.nothingRuns(fmt.Sprintf("stop with ulimit -n %d", limit))
			p.local("start")
			continue
		}
		p.says(fmt.Sprintf("stop with ulimit -n %d", limit), out, "meaning:", "try:")
		if _, state := p.try("state"); state != 0 && state != 3 || state == 0 && !p.owns(supervisor) {
			t.Errorf("a stop with ulimit -n %d left state %d:\n%s", limit, state, out)
		}
		p.local("start")
	}
	p.local("stop")
}
