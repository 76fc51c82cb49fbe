package probes

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestOpenerAndWaiterAreNoHolders(t *testing.T) {
	path := lockFile(t)
	start(t, "open", path)
	wantHolders(t, path)
	child := start(t, "hold", path)
	waiter := start(t, "wait", path)
	awaitBlocked(t, waiter.PID)
	wantHolders(t, path, child.PID)
}

// awaitBlocked returns when /proc/locks shows the process waiting.
func awaitBlocked(t *testing.T, pid int) {
	t.Helper()
	for {
		table, err := os.ReadFile("/proc/locks")
		check(t, err)
		for line := range strings.Lines(string(table)) {
			if strings.Contains(line, "->") && strings.Contains(line, fmt.Sprintf(" %d ", pid)) {
				return
			}
		}
		if t.Context().Err() != nil {
			t.Fatal("it does not wait")
		}
	}
}
