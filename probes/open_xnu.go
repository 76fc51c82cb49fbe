//go:build darwin || blunt

package probes

import (
	"syscall"

	"github.com/stigmer/local/probes/xnu"
)

var systemFiles = macFiles{xnu.System()}

func deviceNumber(stat *syscall.Stat_t) uint64 { return uint64(uint32(stat.Dev)) }

// EachOpen looks at the open files of a process until look returns false.
func EachOpen(pid int, look func(OpenFile) bool) error { return systemFiles.eachOpen(pid, look) }

// OpenAt looks at one descriptor of a process. On macOS no path opens a deleted file.
func OpenAt(pid, fd int) (OpenFile, bool) { return systemFiles.openAt(pid, fd) }

// unopened is never certain on macOS, which counts a file's openers for nobody.
func unopened(string) bool { return false }

func programFile(pid int) (FileID, bool) { return systemFiles.programFile(pid) }
