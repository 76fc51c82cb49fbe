package main

import (
	"fmt"
	"os"
	"time"

	"github.com/prometheus/procfs"
)

// mega is the unit of memory in the report: 10^6 bytes.
const mega = 1e6

// clockTick is the unit of utime and stime in /proc/PID/stat: USER_HZ, 100 a second.
const clockTick = 10 * time.Millisecond

// resident is what a process, or several, have in memory, in units of mega.
type resident struct {
	// rss counts each page in full, the program's own code included (VmRSS).
	rss float64
	// pss counts a page that n processes share as an n-th (smaps_rollup).
	pss float64
	// anonymous is what no file stands behind: the heap and the stacks.
	anonymous float64
}

// residentOf adds up the memory of processes.
func residentOf(pids ...int) (resident, error) {
	var sum resident
	for _, pid := range pids {
		proc, err := procfs.NewProc(pid)
		if err != nil {
			return sum, fmt.Errorf("memory of pid %d: %w", pid, err)
		}
		status, err := proc.NewStatus()
		if err != nil {
			return sum, fmt.Errorf("memory of pid %d: %w", pid, err)
		}
		rollup, err := proc.ProcSMapsRollup()
		if err != nil {
			return sum, fmt.Errorf("memory of pid %d: %w", pid, err)
		}
		sum.rss += float64(status.VmRSS) / mega
		sum.pss += float64(rollup.Pss) / mega
		sum.anonymous += float64(rollup.Anonymous) / mega
	}
	return sum, nil
}

// cpuTime is what a process has computed since its start.
func cpuTime(pid int) (time.Duration, error) {
	proc, err := procfs.NewProc(pid)
	if err != nil {
		return 0, err
	}
	stat, err := proc.Stat()
	if err != nil {
		return 0, err
	}
	return time.Duration(stat.UTime+stat.STime) * clockTick, nil
}

// family is a supervisor's processes: those that run the server's program, and
// those that supervise.
type family struct{ servers, supervisors []int }

// familyOf finds root and all that descends from it. The server's program is told
// by its file, which may have several names.
func familyOf(root int, program string) (family, error) {
	wanted, err := os.Stat(program)
	if err != nil {
		return family{}, err
	}
	all, err := procfs.AllProcs()
	if err != nil {
		return family{}, err
	}
	children := map[int][]int{}
	for _, proc := range all {
		if stat, err := proc.Stat(); err == nil && stat.State != "Z" {
			children[stat.PPID] = append(children[stat.PPID], proc.PID)
		}
	}
	var found family
	for next := []int{root}; len(next) > 0; next = next[1:] {
		pid := next[0]
		next = append(next, children[pid]...)
		exe, err := os.Stat(fmt.Sprintf("/proc/%d/exe", pid))
		if err == nil && os.SameFile(exe, wanted) {
			found.servers = append(found.servers, pid)
			continue
		}
		found.supervisors = append(found.supervisors, pid)
	}
	return found, nil
}
