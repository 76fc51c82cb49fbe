package upkeep

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/lockfile"
)

func TestTidyNeedsSupervisorLock(t *testing.T) {
	home := stage.NewHome(t)
	old := filepath.Join(string(home), ".temporal.pid77")
	for _, path := range []string{home.PID(), old} {
		stage.Check(t, os.WriteFile(path, []byte("999999999\n"), 0o600))
		stage.Check(t, os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)))
	}
	for _, path := range []string{home.SupervisorLock(), home.Lock()} {
		lock, err := lockfile.Take(path)
		stage.Check(t, err)
		if _, ok := errors.AsType[NotStoppedError](Tidy(home)); !ok {
			t.Errorf("tidied although %s is held", path)
		}
		stage.Is(t, "PID file", stage.FileExists(home.PID()), true)
		stage.Is(t, "temporary file", stage.FileExists(old), true)
		lock.Close()
	}
	stage.Check(t, Tidy(home))
	stage.Is(t, "PID file", stage.FileExists(home.PID()), false)
	stage.Is(t, "temporary file", stage.FileExists(old), false)
}

// A record that cannot be read is no reason to touch it.
func TestTidyLeavesTheRecord(t *testing.T) {
	home := stage.NewHome(t)
	stage.Check(t, os.WriteFile(home.State(), []byte("half"), 0o600))
	stage.Check(t, Tidy(home))
	stage.Is(t, "record", stage.FileExists(home.State()), true)
}
