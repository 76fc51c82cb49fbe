package probes

import (
	"os"
	"slices"
	"strconv"
)

// Servers returns the Temporal development servers that have the file at path
// open, whoever started them. Other programs with the file open are not among them.
func Servers(path string) []Holder {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	found, err := holders(info, path, nil)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(found, func(h Holder) bool { return !IsDevServer(h.Process.PID) })
}

// HasOpen reports whether a process has a file open. On macOS that is asked of lsof,
// for this process alone: a list of all takes seconds. It is true where it cannot be told.
func HasOpen(pid int, info os.FileInfo) bool {
	found, err := opened(info, "", "-a", "-p", strconv.Itoa(pid))
	return err != nil || len(found) > 0
}
