package proc

import (
	"slices"
	"syscall"
	"testing"

	"github.com/stigmer/local/probes/xnu/fake"
)

func TestMacProcess(t *testing.T) {
	machine := fake.Temporal()
	m := mac{machine.Kernel()}
	identity := fake.Question{Call: 2, PID: 4711, Flavor: 18}
	p, err := m.identify(4711)
	if err != nil || p.PGID != 4711 || p.StartTicks != 1<<32+77 || p.Boot != "A1B2" || p.Exe != "/opt/homebrew/bin/temporal" || p.StartedAt != 1764460800123 {
		t.Errorf("identifyAny = %+v, %v", p, err)
	}
	if m.parentUniqueID(4711) != 70 || m.parentUniqueID(99) != 0 {
		t.Errorf("born of %d", m.parentUniqueID(4711))
	}
	if m.parent(4711) != 4700 || m.workFolder(4711) != "/Users/ann/work" || !slices.Equal(m.group(4711), []int{812, 4711}) {
		t.Errorf("parent %d, folder %q, group %v", m.parent(4711), m.workFolder(4711), m.group(4711))
	}
	machine.Sysctl["kern.procargs2.99"] = "exec_relative"
	if exe := m.executable(99); exe != "./stigmer" {
		t.Errorf("a program that is nowhere now is %q", exe)
	}
	machine.Info[fake.Question{Call: 2, PID: 99, Flavor: 11}] = "program_path"
	if exe := m.executable(99); exe != "/Users/ann/work/stigmer" {
		t.Errorf("a relative path is %q", exe)
	}
	for fixture, want := range map[string]struct{ dying, stopped bool }{
		"identity": {}, "identity_stopped": {stopped: true}, "identity_exiting": {dying: true},
	} {
		machine.Info[identity] = fixture
		if m.exiting(4711) != want.dying || m.suspended(4711) != want.stopped {
			t.Errorf("%s: dying %t, stopped %t", fixture, m.exiting(4711), m.suspended(4711))
		}
	}
	if !m.exiting(99) {
		t.Error("a process that is not there is not exiting")
	}
}

// Any user can set a mark: a process of which one ID is another user's is not ours.
func TestMacLikeUs(t *testing.T) {
	machine := fake.Temporal()
	m := mac{machine.Kernel()}
	if m.sameUserAndFiles(4711) { // its IDs are 501, 502 and 503
		t.Error("a process that can become another user is like us")
	}
	machine.Errors = map[fake.Question]error{{Call: 2, PID: 4711, Flavor: 18}: syscall.EPERM}
	if _, err := m.identify(4711); err == nil || m.sameUserAndFiles(4711) {
		t.Errorf("another user's process: %v", err)
	}
}
