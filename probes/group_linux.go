package probes

import (
	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

func groupPIDs(pgid int) (pids []int) {
	all, err := procfs.AllProcs()
	if err != nil {
		return nil
	}
	for _, proc := range all {
		if group, err := unix.Getpgid(proc.PID); err == nil && group == pgid {
			pids = append(pids, proc.PID)
		}
	}
	return pids
}
