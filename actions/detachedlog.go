package actions

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// DetachedLog is the file that a Temporal writes its log to where temporal.log's path does
// not lead to it: it was deleted, moved or replaced. It is false where the path does, or
// where that is not certain: the program that was spawned may be a wrapper with an output
// of its own. The program is Temporal itself if its version is known, and what was deleted
// at the log's path, or is open in the driver as well, is the log of a wrapper's as well.
func DetachedLog(home statefile.Home, temporal, driver fsm.Process) (probes.OutputFile, bool) {
	file, ok := probes.StandardError(temporal)
	if !ok || isFileAt(home.Log(), file.FileID) {
		return probes.OutputFile{}, false
	}
	certain := temporal.Version != "" || file.Deleted && file.Name == home.Log() ||
		driver.PID != 0 && probes.HasFile(driver.PID, file.FileID)
	return file, certain
}

// DetachedSupervisorLog reports whether the driver writes its log to a file that was
// deleted. It notices that by itself with its next probe, and writes a new one.
func DetachedSupervisorLog(home statefile.Home, driver fsm.Process) bool {
	file, ok := probes.StandardError(driver)
	return ok && file.Deleted && file.Name == home.SupervisorLog()
}

// isFileAt reports whether a path is that file's, and not a link to it: no log is opened
// through one.
func isFileAt(path string, file probes.FileID) bool {
	info, err := os.Lstat(path)
	return err == nil && isFile(info, file)
}

// openRunningLog opens the log that a running Temporal writes, to bound it whatever its
// path leads to. It is nil where what the program writes is its own business, as that of
// a wrapper may be, and where nothing can open the file.
func openRunningLog(home statefile.Home, temporal fsm.Process) *os.File {
	file, ok := probes.StandardError(temporal)
	if _, detached := DetachedLog(home, temporal, fsm.Process{}); !ok || !detached && !isFileAt(home.Log(), file.FileID) {
		return nil
	}
	log, err := os.OpenFile(file.Path, os.O_RDWR|os.O_APPEND|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	if id, err := fileID(log); err != nil || id != file.FileID {
		log.Close()
		return nil
	}
	return log
}
