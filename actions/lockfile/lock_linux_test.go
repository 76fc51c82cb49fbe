package lockfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
)

// A lock on a file that was replaced during the wait protects nothing: the one
// that the path leads to is taken.
func TestTakeReplacedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	lock, err := Take(path)
	stage.Check(t, err)
	waiter := stage.New(t).Start("actor", nil)
	waiter.Send("wait", path)
	awaitBlocked(t, waiter.PID)
	stage.Check(t, os.Rename(path, path+".old"))
	stage.Check(t, lock.Close())
	stage.Is(t, "the wait", waiter.Receive(), "ok")
	if _, err := Take(path); err == nil {
		t.Error("the file at the path is not locked")
	}
	old, err := Take(path + ".old")
	stage.Check(t, err)
	old.Close()
}

// awaitBlocked returns when /proc/locks shows the process waiting.
func awaitBlocked(t *testing.T, pid int) {
	t.Helper()
	for t.Context().Err() == nil {
		table, err := os.ReadFile("/proc/locks")
		stage.Check(t, err)
		for line := range strings.Lines(string(table)) {
			if strings.Contains(line, "->") && strings.Contains(line, fmt.Sprintf(" %d ", pid)) {
				return
			}
		}
	}
}
