package actions

import (
	"maps"
	"testing"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/probes/locks"
	"golang.org/x/sys/unix"
)

// Temporal inherits the two locks and nothing else: not supervisor.lock, nor what
// this process has open, marked or not.
func TestSpawnInheritsTheLocksOnly(t *testing.T) {
	l := newLife(t)
	defer unix.Close(leak(t, l.supervisorLock))
	db, err := database.LockPath(l.record.Settings.DB)
	stage.Check(t, err)
	a := l.spawnOnly()
	want := map[int]string{0: "/dev/null", 1: l.home.Log(), 2: l.home.Log(), 3: l.home.Lock(), 4: db}
	if !maps.Equal(a.Files, want) {
		t.Errorf("it has %v, want %v", a.Files, want)
	}
	stage.Is(t, "both are locked", lockedBy(t, l.home.Lock(), a.PID) && lockedBy(t, db, a.PID), true)
}

func TestSpawnEphemeralHasNoDatabaseLock(t *testing.T) {
	l := newLife(t)
	l.record.Settings.DB = ""
	a := l.spawnOnly()
	want := map[int]string{0: "/dev/null", 1: l.home.Log(), 2: l.home.Log(), 3: l.home.Lock()}
	if !maps.Equal(a.Files, want) {
		t.Errorf("it has %v, want %v", a.Files, want)
	}
}

// lockedBy reports whether exactly this process holds the lock.
func lockedBy(t *testing.T, path string, pid int) bool {
	t.Helper()
	holders, err := locks.Holders(path)
	stage.Check(t, err)
	return len(holders) == 1 && holders[0].Process.PID == pid
}
