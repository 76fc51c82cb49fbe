package probes

import "golang.org/x/sys/unix"

func groupPIDs(pgid int) (pids []int) {
	found, err := unix.SysctlKinfoProcSlice("kern.proc.pgrp", pgid)
	if err != nil {
		return nil
	}
	for _, info := range found {
		pids = append(pids, int(info.Proc.P_pid))
	}
	return pids
}
