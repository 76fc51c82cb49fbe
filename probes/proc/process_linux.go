//go:build !blunt

package proc

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/procfs"
	"github.com/stigmer/local/fsm"
	"golang.org/x/sys/unix"
)

// tick is the unit of /proc/PID/stat's times: USER_HZ, 100 on amd64 and arm64.
const tick = 10 * time.Millisecond

// Boot names this boot and this PID namespace, outside of which a PID and a
// start time mean nothing: the kernel's random boot_id and the namespace's inode.
func Boot() (string, error) {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", err
	}
	namespace, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return "", err
	}
	inode := strings.TrimSuffix(strings.TrimPrefix(namespace, "pid:["), "]")
	return strings.TrimSpace(string(id)) + "/" + inode, nil
}

// identifyAny is Identify without its guard: a holder of a lock may well be process 1.
func identifyAny(pid int) (fsm.Process, error) {
	proc, err := procfs.NewProc(pid)
	if err != nil {
		return fsm.Process{}, absent(pid, err)
	}
	stat, err := proc.Stat()
	if err != nil {
		return fsm.Process{}, absent(pid, err)
	}
	status, err := proc.NewStatus()
	if err != nil {
		return fsm.Process{}, absent(pid, err)
	}
	// /proc lists no threads but opens them all the same.
	if status.TGID != pid || dead(stat) {
		return fsm.Process{}, noProcess(pid)
	}
	boot, err := Boot()
	if err != nil {
		return fsm.Process{}, fmt.Errorf("boot id: %w", err)
	}
	return fsm.Process{
		PID: pid, PGID: stat.PGRP, StartTicks: stat.Starttime, Boot: boot,
		Exe: Executable(pid), StartedAt: startedAt(stat.Starttime),
	}, nil
}

// dead separates a zombie from a process whose first thread has ended before the others: that
// one shows Z too, but runs on and keeps its descriptors.
func dead(stat procfs.ProcStat) bool {
	return stat.State == "X" || stat.State == "Z" && stat.NumThreads <= 1
}

// startedAt counts back from now on CLOCK_BOOTTIME, the clock of starttime
// (proc_pid_stat(5), field 22). /proc/stat's btime would need a longer read and
// is only good to a second.
func startedAt(ticks uint64) fsm.Instant {
	var sinceBoot unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &sinceBoot); err != nil {
		return 0
	}
	age := time.Duration(sinceBoot.Nano()) - time.Duration(ticks)*tick
	return fsm.Instant(time.Now().Add(-age).UnixMilli())
}

// Executable returns the path of the program that the process runs, also when
// that file has been deleted or replaced since. It is empty when it is not known.
func Executable(pid int) string {
	exe, err := os.Readlink(procPath(pid, "exe"))
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(exe, " (deleted)")
}

// Args returns the arguments of a process, the program's name first, and nil
// when they are not known.
func Args(pid int) []string { return zeroSeparated(procPath(pid, "cmdline")) }

// Environment returns the variables that a process was started with, each NAME=value. It is
// nil where they may not be read.
func Environment(pid int) []string { return zeroSeparated(procPath(pid, "environ")) }

func zeroSeparated(path string) []string {
	data, err := os.ReadFile(path)
	if err != nil || len(data) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00")
}

func procPath(pid int, name string) string {
	return "/proc/" + strconv.Itoa(pid) + "/" + name
}

// WorkFolder returns the folder that a process works in, also when that has been deleted
// since. It is empty when it is not known.
func WorkFolder(pid int) string {
	folder, err := os.Readlink(procPath(pid, "cwd"))
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(folder, " (deleted)")
}
