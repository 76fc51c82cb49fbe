//go:build !blunt

package proc

import (
	"os"
	"strconv"
	"strings"
)

const (
	sigkillBit = 1 << (9 - 1) // of the masks in /proc/PID/status (proc_pid_status(5))
	exiting    = 0x4          // PF_EXITING of the flags in /proc/PID/stat (include/linux/sched.h)
)

// Exiting reports whether a process has been killed and has not gone yet: SIGKILL
// waits for it, or it is exiting. It still has its locks and is good for nothing.
func Exiting(pid int) bool {
	status, err := os.ReadFile(procPath(pid, "status"))
	if err != nil {
		return true
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name != "SigPnd" && name != "ShdPnd" {
			continue
		}
		if mask, err := strconv.ParseUint(strings.TrimSpace(value), 16, 64); err == nil && mask&sigkillBit != 0 {
			return true
		}
	}
	fields := statFields(pid)
	if len(fields) < 7 {
		return true
	}
	flags, err := strconv.ParseUint(fields[6], 10, 64)
	return err == nil && flags&exiting != 0
}

// Suspended reports whether a process is stopped by a signal or by a debugger: it
// lives, keeps its locks, and does nothing (states T and t, proc_pid_stat(5)).
func Suspended(pid int) bool {
	fields := statFields(pid)
	return len(fields) > 0 && (fields[0] == "T" || fields[0] == "t")
}

// statFields returns the fields of /proc/PID/stat from the state on. The command's
// name before them, in parentheses, may have spaces.
func statFields(pid int) []string {
	stat, err := os.ReadFile(procPath(pid, "stat"))
	if err != nil {
		return nil
	}
	return strings.Fields(string(stat)[strings.LastIndexByte(string(stat), ')')+1:])
}
