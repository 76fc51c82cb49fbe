package initproc

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

func procPath(pid int, name string) string {
	return filepath.Join("/proc", strconv.Itoa(pid), name)
}

// processes lists the processes of this PID namespace, of which this is process 1; none with a
// /proc of another namespace, which has other numbers.
func processes() (pids []int) {
	if self, _ := os.Readlink("/proc/self"); self != "1" {
		return nil
	}
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// arguments are a process's, its name first; none where they cannot be read.
func arguments(pid int) []string {
	text, err := os.ReadFile(procPath(pid, "cmdline"))
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
}

// zombies are the children of process 1 that ran a program of this name and were not reaped. Of
// a zombie /proc has the name alone, cut to 15 bytes (proc_pid_comm(5)).
func zombies() []int {
	program, err := os.Executable()
	if err != nil {
		return nil
	}
	name := filepath.Base(program)
	name = name[:min(len(name), 15)]
	return slices.DeleteFunc(processes(), func(pid int) bool {
		stat, err := os.ReadFile(procPath(pid, "stat"))
		return err != nil || !strings.Contains(string(stat), " ("+name+") Z 1 ")
	})
}

// gone reports whether a process has ended, and waits for no reaping by process 1.
func gone(pid int) bool {
	stat, err := os.ReadFile(procPath(pid, "stat"))
	return err != nil || strings.Contains(string(stat), ") Z ") && !strings.Contains(string(stat), ") Z 1 ")
}
