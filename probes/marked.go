package probes

import (
	"cmp"
	"slices"

	"github.com/stigmer/local/fsm"
)

// Marked returns the Temporal development servers that carry a home's mark and lead a
// group, the oldest first. It looks at every process of this user.
func Marked(home string) []fsm.Process {
	var found []fsm.Process
	for _, pid := range ownPIDs() {
		if !IsDevServer(pid) || Instance(pid) != home {
			continue
		}
		if p, err := look(pid); err == nil && p.PID == p.PGID {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(p, q fsm.Process) int { return cmp.Compare(p.StartTicks, q.StartTicks) })
	return found
}
