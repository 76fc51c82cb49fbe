package probes

import (
	"slices"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

func groupPIDs(pgid int) []int {
	return slices.DeleteFunc(ownPIDs(), func(pid int) bool {
		group, err := unix.Getpgid(pid)
		return err != nil || group != pgid
	})
}

// ownPIDs lists all processes, as those of others tell nothing of themselves.
func ownPIDs() (pids []int) {
	all, err := procfs.AllProcs()
	if err != nil {
		return nil
	}
	for _, proc := range all {
		pids = append(pids, proc.PID)
	}
	return pids
}
