package probes

import (
	"os"
	"slices"
	"strconv"
	"syscall"

	"github.com/prometheus/procfs"

	"github.com/stigmer/local/fsm"
)

// Forgotten finds the Temporal of a home whose lock file was deleted, by what is left: it
// leads a group, carries the home's mark and has inherited a lock on the file that was at
// path lock. A mark is anybody's to set, and a container's home may have the same name: it
// counts only of a process that runs as this user and sees the same files. The zero
// Process is none. It looks at every process.
func Forgotten(home, lock string) fsm.Process {
	all, err := procfs.AllProcs()
	if err != nil {
		return fsm.Process{}
	}
	for _, proc := range all {
		if !IsDevServer(proc.PID) || Instance(proc.PID) != home || !likeUs(proc) || !hasDeleted(proc.PID, lock) {
			continue
		}
		if p, err := look(proc.PID); err == nil && p.PID == p.PGID {
			return p
		}
	}
	return fsm.Process{}
}

// likeUs reports whether a process is of this user by each of its IDs (real, effective,
// saved and of the file system: proc_pid_status(5)) and in this mount namespace.
func likeUs(proc procfs.Proc) bool {
	status, err := proc.NewStatus()
	ours := uint64(os.Geteuid())
	if err != nil || slices.ContainsFunc(status.UIDs[:], func(id uint64) bool { return id != ours }) {
		return false
	}
	here, err := os.Readlink("/proc/self/ns/mnt")
	there, failed := os.Readlink(procPath(proc.PID, "ns/mnt"))
	return err == nil && failed == nil && here == there
}

// hasDeleted reports whether a process has a lock at LockDescriptor on the file that was
// at a path and has no name any more. One that was moved has one, and so an owner.
func hasDeleted(pid int, path string) bool {
	name := strconv.Itoa(LockDescriptor)
	link := procPath(pid, "fd/"+name)
	if was, err := os.Readlink(link); err != nil || was != path+" (deleted)" || !locks(pid, name) {
		return false
	}
	info, err := os.Stat(link)
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Nlink == 0
}
