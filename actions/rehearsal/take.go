package rehearsal

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// takePause is the time between two tries of the lock.
const takePause = 20 * time.Millisecond

// take takes rehearsal.lock. It waits for another command that rehearses, and ends a Temporal
// that has outlived its own.
func take(ctx context.Context, home statefile.Home) (*os.File, error) {
	for {
		lock, err := lockfile.Take(home.Rehearsal())
		if !errors.Is(err, lockfile.ErrHeld) {
			return lock, err
		}
		for _, p := range orphans(home) {
			if err := procs.Signal(p.Process, unix.SIGKILL); err != nil {
				return nil, err
			}
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(takePause):
		}
	}
}

// EndOrphans ends a rehearsed Temporal whose command has died. It waits for no other command.
func EndOrphans(home statefile.Home) error {
	if _, err := os.Lstat(home.Rehearsal()); err != nil {
		return nil
	}
	if lock, err := lockfile.Take(home.Rehearsal()); err == nil || len(orphans(home)) == 0 {
		lock.Close() // of none it does nothing
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), endWithin)
	defer cancel()
	lock, err := take(ctx, home)
	lock.Close() // of none it does nothing
	return err
}

// endWithin is how long a killed Temporal may take to give the lock back.
const endWithin = 5 * time.Second

// orphans are the holders of rehearsal.lock, if all of them are Temporals of this home: a
// flock has one open file description, which only a rehearsal hands on, and the
// command that rehearses would be among its holders.
func orphans(home statefile.Home) []proc.Info {
	holders, err := lockfile.Holders(home.Rehearsal())
	ours := func(h proc.Info) bool { return h.Instance == string(home) && proc.IsDevServer(h.Process.PID) }
	if err != nil || slices.ContainsFunc(holders, func(h proc.Info) bool { return !ours(h) }) {
		return nil
	}
	return holders
}

// lastLine is the last line of a text that says something.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
