//go:build darwin || blunt

package proc

import (
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/xnu"
)

// The files named _xnu.go bind the questions of this package to macOS's kernel: one call
// each. What the answers mean is in mac.go, which every system compiles and tests.

var system = mac{xnu.System()}

// Boot names this boot, outside of which a PID and a start time mean nothing.
// macOS has no PID namespaces.
func Boot() (string, error) { return system.Boot() }

func identifyAny(pid int) (fsm.Process, error) { return system.identify(pid) }

// Executable returns the path that the process was started from, as it was
// given to exec: it may be a symbolic link. It is empty when it is not known.
func Executable(pid int) string { return system.executable(pid) }

// Args returns the arguments of a process, the program's name first, and nil
// when they are not known.
func Args(pid int) []string { return system.Exec(pid).Args }

// Environment returns the variables that a process was started with, each NAME=value. It is
// nil where they may not be read.
func Environment(pid int) []string { return system.Exec(pid).Environment }

// WorkFolder returns the folder that a process works in, empty when it is not known.
func WorkFolder(pid int) string { return system.workFolder(pid) }

// RunDelay returns 0: on macOS a Temporal that does not answer for want of a processor has
// the same time as one that hangs.
func RunDelay(int) time.Duration { return 0 }

// Exiting reports whether a process has been killed and has not gone yet. macOS does not show
// the signals that wait for a process: its death is seen only once it is in its exit.
func Exiting(pid int) bool { return system.exiting(pid) }

// Suspended reports whether a process is stopped by a signal or by a debugger: it
// lives, keeps its locks, and does nothing.
func Suspended(pid int) bool { return system.suspended(pid) }

// Check returns nil: macOS needs no /proc.
func Check() error { return nil }

// InnerPID is the PID itself: macOS has no PID namespaces.
func InnerPID(pid int) int { return pid }

// Parent returns the PID of a process's parent, 0 where it is not known.
func Parent(pid int) int { return system.parent(pid) }

func parentUniqueID(pid int) uint64 { return system.parentUniqueID(pid) }

// PIDs returns the PID of every process.
func PIDs() ([]int, error) { return system.PIDs() }

func groupPIDs(pgid int) []int { return system.group(pgid) }

func sameUserAndFiles(pid int) bool { return system.sameUserAndFiles(pid) }
