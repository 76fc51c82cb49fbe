package logfile

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/statefile"
)

// Detached returns the file that a Temporal writes its log to if temporal.log's path does
// not lead to it: the log was deleted, moved or replaced. It returns false if the path does
// lead there, or if the file need not be the log: the spawned program may be a wrapper with
// an output of its own. The file is certain to be the log if the program is Temporal itself, if it was deleted at the log's path, or if the driver has it open.
func Detached(home statefile.Home, temporal, driver fsm.Process) (files.Descriptor, bool) {
	file, ok := files.StandardError(temporal)
	if !ok || file.ID.IsAt(home.Log()) {
		return files.Descriptor{}, false
	}
	certain := temporal.IsCLI() || file.Deleted && file.Name == home.Log() ||
		driver.PID != 0 && files.HasOpen(driver.PID, file.ID)
	return file, certain
}

// SupervisorDeleted reports whether the driver writes its log to a file that was
// deleted. The driver notices that with its next probe, and begins a new file.
func SupervisorDeleted(home statefile.Home, driver fsm.Process) bool {
	file, ok := files.StandardError(driver)
	return ok && file.Deleted && file.Name == home.SupervisorLog()
}

// OpenRunning opens the log that a running Temporal writes, to bound it whatever its
// path leads to. It returns nil for an output that need not be our log, as a wrapper's, and
// for a file that no path opens.
func OpenRunning(home statefile.Home, temporal fsm.Process) *os.File {
	file, ok := files.StandardError(temporal)
	if _, detached := Detached(home, temporal, fsm.Process{}); !ok || !detached && !file.ID.IsAt(home.Log()) {
		return nil
	}
	log, err := os.OpenFile(file.Path, os.O_RDWR|os.O_APPEND|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	if id, err := files.FileIDOfOpen(log); err != nil || id != file.ID {
		log.Close()
		return nil
	}
	return log
}
