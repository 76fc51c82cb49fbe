package probes

import (
	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
)

// Group returns the living members of a process group, without zombies.
func Group(pgid int) []fsm.Process {
	found, err := unix.SysctlKinfoProcSlice("kern.proc.pgrp", pgid)
	if err != nil {
		return nil
	}
	var members []fsm.Process
	for _, info := range found {
		if p, err := look(int(info.Proc.P_pid)); err == nil && p.PGID == pgid {
			members = append(members, p)
		}
	}
	return members
}
