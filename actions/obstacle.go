package actions

import (
	"slices"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/ports"
	"github.com/stigmer/local/statefile"
)

// Obstacle is what stands in the way of the Temporal that a restart would start after the
// running one of record r: a port, or a database, that another program has. It is a fsm.Refusal,
// nil for nothing. It is asked before the stop,
// so what the running one has itself is no obstacle. It takes no lock; of another program
// that takes something meanwhile the start says the same.
func Obstacle(home statefile.Home, r fsm.Record, wanted fsm.Settings) error {
	had := Needs(r.Settings)
	ours := func(l *ports.Listener, wanted Need) bool {
		has := func(n Need) bool { return n.IP == wanted.IP && n.Port == wanted.Port }
		return l.Instance == string(home) || l.PID != 0 && l.PID == r.Temporal.PID || slices.ContainsFunc(had, has)
	}
	if err := takenPort(wanted, ours, func() {}); err != nil {
		return err
	}
	if wanted.DB == "" || wanted.DB == r.Settings.DB {
		return nil
	}
	return database.UsedByOther(home, wanted.DB)
}
