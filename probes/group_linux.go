package probes

import (
	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
)

// Group returns the living members of a process group, without zombies. It looks at
// every process.
func Group(pgid int) []fsm.Process {
	procs, err := procfs.AllProcs()
	if err != nil {
		return nil
	}
	var members []fsm.Process
	for _, proc := range procs {
		if group, err := unix.Getpgid(proc.PID); err != nil || group != pgid {
			continue
		}
		if p, err := look(proc.PID); err == nil && p.PGID == pgid {
			members = append(members, p)
		}
	}
	return members
}
