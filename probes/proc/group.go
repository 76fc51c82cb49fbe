package proc

import "github.com/stigmer/local/fsm"

// Group returns the living members of a process group, without zombies. On Linux it looks
// at every process.
func Group(pgid int) []fsm.Process {
	var members []fsm.Process
	for _, pid := range groupPIDs(pgid) {
		if p, err := identifyAny(pid); err == nil && p.PGID == pgid {
			members = append(members, p)
		}
	}
	return members
}
