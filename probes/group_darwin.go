package probes

import "golang.org/x/sys/unix"

func groupPIDs(pgid int) []int { return listPIDs("kern.proc.pgrp", pgid) }

func ownPIDs() []int { return listPIDs("kern.proc.uid", unix.Getuid()) }

func listPIDs(list string, of int) (pids []int) {
	found, err := unix.SysctlKinfoProcSlice(list, of)
	if err != nil {
		return nil
	}
	for _, info := range found {
		pids = append(pids, int(info.Proc.P_pid))
	}
	return pids
}
