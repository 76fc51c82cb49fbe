package probes

import (
	"os"
	"slices"

	"github.com/prometheus/procfs"
)

// Servers returns the Temporal development servers that have the file at path
// open, whoever started them. Other programs with the file open are not among them.
func Servers(path string) []Holder {
	if unopened(path) {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	file, err := inodeOf(info)
	if err != nil {
		return nil
	}
	all, err := procfs.AllProcs()
	if err != nil {
		return nil
	}
	var servers []Holder
	for _, proc := range all {
		if !IsDevServer(proc.PID) || !hasOpen(proc.PID, file) {
			continue
		}
		if holder, ok := describe(proc.PID); ok {
			servers = append(servers, holder)
		}
	}
	return servers
}

// HasOpen reports whether a process has a file open. Where that cannot be told it
// is true.
func HasOpen(pid int, info os.FileInfo) bool {
	file, err := inodeOf(info)
	if err != nil {
		return true
	}
	if _, err := os.ReadDir(procPath(pid, "fd")); err != nil {
		return true
	}
	return hasOpen(pid, file)
}

func hasOpen(pid int, file inode) bool {
	dir, err := os.Open(procPath(pid, "fd"))
	if err != nil {
		return false
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	return err == nil && slices.ContainsFunc(names, func(name string) bool { return opens(int(dir.Fd()), name, file) })
}
