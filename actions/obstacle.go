package actions

import (
	"fmt"
	"slices"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// Obstacle is what stands in the way of the Temporal that a restart would start after the
// running one of record r: a port, or a database, that another program has. The event is
// the one with which the start would fail, empty for nothing. It is asked before the stop,
// so what the running one has itself is no obstacle. It takes no lock; of another program
// that takes something meanwhile the start says the same.
func Obstacle(home statefile.Home, r fsm.Record, wanted fsm.Settings) (event fsm.Event, reason string) {
	had := Needs(r.Settings)
	ours := func(l *probes.Listener, port int) bool {
		return l.Instance == string(home) || slices.ContainsFunc(had, func(n Need) bool { return n.Port == port })
	}
	if reason := takenPort(wanted, ours, func() {}); reason != "" {
		return fsm.PortTaken, reason
	}
	if wanted.DB == "" || wanted.DB == r.Settings.DB {
		return "", ""
	}
	if path, err := databaseLock(wanted.DB); err == nil {
		holders, _ := holdersOf(path)
		if i := slices.IndexFunc(holders, func(h probes.Holder) bool { return h.Instance != string(home) && alive(h.Process.PID) }); i >= 0 {
			return fsm.LockDenied, fmt.Sprintf("database %s is in use by %s", wanted.DB, lockHolder(holders[i]))
		}
	}
	for _, h := range probes.Servers(wanted.DB) {
		if h.Instance != string(home) {
			return fsm.LockDenied, openInOther(wanted.DB, h)
		}
	}
	return "", ""
}
