package actions

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A lock on a file that was replaced during the wait protects nothing: the one
// that the path leads to is taken.
func TestAcquireReplacedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	lock, err := Acquire(path)
	check(t, err)
	waiter := newStage(t).start("actor", nil)
	waiter.tell("wait", path)
	awaitBlocked(t, waiter.PID)
	check(t, os.Rename(path, path+".old"))
	check(t, lock.Close())
	is(t, "the wait", waiter.hear(), "ok")
	if _, err := Acquire(path); err == nil {
		t.Error("the file at the path is not locked")
	}
	old, err := Acquire(path + ".old")
	check(t, err)
	old.Close()
}

// awaitBlocked returns when /proc/locks shows the process waiting.
func awaitBlocked(t *testing.T, pid int) {
	t.Helper()
	for t.Context().Err() == nil {
		table, err := os.ReadFile("/proc/locks")
		check(t, err)
		for line := range strings.Lines(string(table)) {
			if strings.Contains(line, "->") && strings.Contains(line, fmt.Sprintf(" %d ", pid)) {
				return
			}
		}
	}
}
