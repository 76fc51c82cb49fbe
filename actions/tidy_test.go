package actions

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTidyNeedsTheSeat(t *testing.T) {
	home := newHome(t)
	old := filepath.Join(string(home), ".temporal.pid77")
	for _, path := range []string{home.PID(), old} {
		check(t, os.WriteFile(path, []byte("999999999\n"), 0o600))
		check(t, os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)))
	}
	for _, path := range []string{home.SupervisorLock(), home.Lock()} {
		lock, err := Acquire(path)
		check(t, err)
		if _, ok := errors.AsType[NotStoppedError](Tidy(home)); !ok {
			t.Errorf("tidied although %s is held", path)
		}
		is(t, "PID file", fileExists(home.PID()), true)
		is(t, "temporary file", fileExists(old), true)
		lock.Close()
	}
	check(t, Tidy(home))
	is(t, "PID file", fileExists(home.PID()), false)
	is(t, "temporary file", fileExists(old), false)
}

// A record that cannot be read is no reason to touch it.
func TestTidyLeavesTheRecord(t *testing.T) {
	home := newHome(t)
	check(t, os.WriteFile(home.State(), []byte("half"), 0o600))
	check(t, Tidy(home))
	is(t, "record", fileExists(home.State()), true)
}
