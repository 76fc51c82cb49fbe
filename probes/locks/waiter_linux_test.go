package locks

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stigmer/local/probes/childtest"
	"golang.org/x/sys/unix"
)

func TestOpenerAndWaiterAreNoHolders(t *testing.T) {
	path := lockFile(t)
	opened, err := os.OpenFile(path, os.O_RDWR, 0)
	check(t, err)
	defer opened.Close()
	childtest.Start(t, "", opened)
	wantHolders(t, path)
	child := startHolder(t, path)
	done := make(chan error)
	go func() { done <- unix.Flock(int(opened.Fd()), unix.LOCK_EX) }()
	awaitBlocked(t, os.Getpid())
	wantHolders(t, path, child.PID)
	check(t, child.Process.Kill())
	check(t, <-done)
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
