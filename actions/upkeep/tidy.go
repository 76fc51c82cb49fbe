package upkeep

import (
	"errors"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// Tidy removes a stale PID file and the temporary files of writers that were killed. It takes
// supervisor.lock first, so that no process can be writing them. A NotStoppedError says that a
// process is at work.
func Tidy(home statefile.Home) error {
	lock, err := lockfile.Take(home.SupervisorLock())
	if errors.Is(err, lockfile.ErrHeld) {
		return NotStoppedError{"a supervisor, or another command, is at work: it tidies by itself"}
	}
	if err != nil {
		return err
	}
	defer lock.Close()
	// A record that cannot be read is not repaired here: it then names no process.
	document, _ := (statefile.File{Home: home}).Load()
	if e := evidence.Observe(home, document.Record); e.Owner != fsm.OwnerNone {
		return NotStoppedError{"temporal.lock is held by " + holderText(e)}
	}
	if other := evidence.OtherServer(home); other != "" {
		return NotStoppedError{"temporal.pid names a Temporal that something else has started: " + other}
	}
	return errors.Join(statefile.RemovePID(home.PID()), home.Tidy())
}
