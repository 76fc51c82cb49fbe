package actions

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// Tidy removes a stale PID file and the temporary files of writers that were
// killed. It takes supervisor.lock for that, so that nobody can be writing them; a
// NotStoppedError says that somebody is at work.
func Tidy(home statefile.Home) error {
	seat, err := Acquire(home.SupervisorLock())
	if errors.Is(err, ErrHeld) {
		return NotStoppedError{"a supervisor, or another command, is at work: it tidies by itself"}
	}
	if err != nil {
		return err
	}
	defer seat.Close()
	// A record that cannot be read is not repaired here: it then names nobody.
	document, _ := (statefile.File{Home: home}).Load()
	if e := Observe(home, document.Record); e.Owner != fsm.OwnerNone {
		return NotStoppedError{"temporal.lock is held by " + holderText(e)}
	}
	if other := OtherServer(home); other != "" {
		return NotStoppedError{"temporal.pid names a Temporal that something else has started: " + other}
	}
	return errors.Join(statefile.RemovePID(home.PID()), home.Tidy())
}

// KeptDatabases lists what was kept beside a database and is no part of it: half-made
// ones, backups, and those that a reset moved aside.
func KeptDatabases(db string) []string {
	db = realDatabase(db)
	entries, err := os.ReadDir(filepath.Dir(db))
	if err != nil {
		return nil
	}
	var kept []string
	for _, entry := range entries {
		rest, found := strings.CutPrefix(entry.Name(), filepath.Base(db))
		if found && slices.ContainsFunc([]string{".half-made-", ".backup-", ".reset-"}, func(kind string) bool { return strings.HasPrefix(rest, kind) }) {
			kept = append(kept, filepath.Join(filepath.Dir(db), entry.Name()))
		}
	}
	return kept
}
