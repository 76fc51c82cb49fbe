//go:build !blunt

package proc

import (
	"os"
	"slices"
	"strconv"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// PIDs returns the PID of every process.
func PIDs() ([]int, error) {
	all, err := procfs.AllProcs()
	pids := make([]int, len(all))
	for i, proc := range all {
		pids[i] = proc.PID
	}
	return pids, err
}

func groupPIDs(pgid int) []int {
	pids, _ := PIDs()
	return slices.DeleteFunc(pids, func(pid int) bool {
		group, err := unix.Getpgid(pid)
		return err != nil || group != pgid
	})
}

// Parent returns the PID of a process's parent, 0 where it is not known.
func Parent(pid int) int {
	fields := statFields(pid)
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1])
	return parent
}

// parentUniqueID is not known on Linux, where a process whose parent has ended has another one.
func parentUniqueID(int) uint64 { return 0 }

// sameUserAndFiles reports whether a process is of this user by each of its IDs (real, effective,
// saved and of the file system: proc_pid_status(5)) and in this mount namespace.
func sameUserAndFiles(pid int) bool {
	proc, err := procfs.NewProc(pid)
	if err != nil {
		return false
	}
	status, err := proc.NewStatus()
	ours := uint64(os.Geteuid())
	if err != nil || slices.ContainsFunc(status.UIDs[:], func(id uint64) bool { return id != ours }) {
		return false
	}
	here, err := os.Readlink("/proc/self/ns/mnt")
	there, failed := os.Readlink(procPath(pid, "ns/mnt"))
	return err == nil && failed == nil && here == there
}
