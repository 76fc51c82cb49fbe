package locks

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stigmer/local/probes/xnu/fake"
)

func TestMacLocked(t *testing.T) {
	machine := fake.Temporal()
	m := mac{machine.Kernel()}
	path := filepath.Join(t.TempDir(), "temporal.lock")
	if state, err := m.listed(path); state != Unknown || err == nil || m.knownUnlocked(path) {
		t.Errorf("no file: %s, %v", state, err)
	}
	check(t, os.WriteFile(path, nil, 0o600))
	if state, err := m.listed(path); state != Free || err != nil || !m.knownUnlocked(path) {
		t.Errorf("free: %s, %v", state, err)
	}
	machine.Held = true
	if state, err := m.listed(path); state != Held || err != nil || m.knownUnlocked(path) {
		t.Errorf("held: %s, %v", state, err)
	}
	if len(machine.Asked) != 0 {
		t.Errorf("it was searched: %v", machine.Asked)
	}
}
