package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A Temporal that gets a millisecond of a processor in each half second answers no probe in
// time, nor within the time after which one that hangs is replaced.
const (
	starvedQuota  = 1_000 // microseconds
	starvedPeriod = 500_000
	starvedFor    = 20 * time.Second
)

// TestFaultStarved: a Temporal that waits for a processor is reported as starved, is not
// replaced while it waits, and is Healthy again when it gets one.
func TestFaultStarved(t *testing.T) {
	t.Parallel()
	p := realPlace(t)
	p.local("start")
	pid, unrestarted := p.pid("temporal"), restarted(p.record(), 0)
	free := p.starve(pid)
	p.await("Degraded", fmt.Sprintf(".temporal.pid=%d", pid))
	var out string
	var status int
	if !poll(awaitDefault, func() bool {
		out, status = p.try("state")
		return status == 8 && (strings.Contains(out, "slow") || strings.Contains(out, "wait for a processor"))
	}) {
		t.Errorf("state ends with %d:\n%s", status, out)
	}
	if poll(starvedFor, func() bool { return p.pid("temporal") != pid }) {
		t.Errorf("it is replaced:\n%s", p.record())
	}
	free()
	p.await("Healthy", fmt.Sprintf(".temporal.pid=%d", pid), unrestarted)
	p.stop()
}

// starve puts a process into a cgroup of its own that has hardly any time of a processor,
// until what it returns is called.
func (p *place) starve(pid int) (free func()) {
	p.t.Helper()
	group := fmt.Sprintf("stigmer-test-%d", pid)
	for _, c := range []struct{ root, quota, starved, free string }{
		{"/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", strconv.Itoa(starvedQuota), "-1"},
		{"/sys/fs/cgroup", "cpu.max", fmt.Sprintf("%d %d", starvedQuota, starvedPeriod), "max"},
	} {
		folder := filepath.Join(c.root, group)
		if os.Mkdir(folder, 0o755) != nil {
			continue
		}
		// A process that has ended leaves its group, which may take it a moment.
		p.t.Cleanup(func() { poll(awaitDefault, func() bool { return os.Remove(folder) == nil }) })
		write := func(file, text string) bool { return os.WriteFile(filepath.Join(folder, file), []byte(text), 0) == nil }
		if c.quota != "cpu.max" && !write("cpu.cfs_period_us", strconv.Itoa(starvedPeriod)) {
			continue
		}
		if write(c.quota, c.starved) && write("cgroup.procs", strconv.Itoa(pid)) {
			return func() { write(c.quota, c.free) }
		}
	}
	p.t.Skip("needs root, and a cgroup with a quota of processor time")
	return nil
}
