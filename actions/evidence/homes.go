package evidence

import (
	"maps"
	"slices"

	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// HomesInUse returns the homes that processes name as theirs, sorted: a Temporal by its mark, and a
// supervisor in the background, which may have none at the moment, by its environment. It examines
// every process once. That a home's Temporal, or its supervisor, is really one of ours is not
// proven: Look and Driver find that out.
func HomesInUse() []string {
	homes := map[string]bool{}
	pids, _ := proc.PIDs()
	for _, pid := range pids {
		home := proc.MarkOf(pid)
		if args := proc.Args(pid); home == "" && len(args) > 0 && args[len(args)-1] == SuperviseVerb {
			home = supervisedHome(pid)
		}
		homes[home] = true
	}
	delete(homes, "")
	return slices.Sorted(maps.Keys(homes))
}

// supervisedHome is the home that a supervisor in the background was started for.
func supervisedHome(pid int) string { return proc.Variable(pid, statefile.HomeVariable) }
