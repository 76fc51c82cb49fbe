//go:build darwin || blunt

package probes

import (
	"context"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/xnu"
)

// This file binds the questions of this package to macOS's kernel: one call each. What
// the answers mean is in mac.go, which every system compiles and tests.

var system = mac{xnu.System()}

func deviceNumber(stat *syscall.Stat_t) uint64 { return uint64(uint32(stat.Dev)) }

// Boot names this boot, outside of which a PID and a start time mean nothing.
// macOS has no PID namespaces.
func Boot() (string, error) { return system.Boot() }

func look(pid int) (fsm.Process, error) { return system.look(pid) }

// Executable returns the path that the process was started from, as it was
// given to exec: it may be a symbolic link. It is empty when it is not known.
func Executable(pid int) string { return system.executable(pid) }

// Args returns the arguments of a process, the program's name first, and nil
// when they are not known.
func Args(pid int) []string { return system.Exec(pid).Args }

func environment(pid int) []string { return system.Exec(pid).Environment }

// WorkFolder returns the folder that a process works in, empty when it is not known.
func WorkFolder(pid int) string { return system.workFolder(pid) }

// RunDelay returns 0: on macOS a Temporal that does not answer for want of a processor has
// the same time as one that hangs.
func RunDelay(int) time.Duration { return 0 }

// Dying reports whether a process has been killed and has not gone yet. macOS
// shows nobody the signals that wait for a process: one is known to be dying once it
// is in its exit.
func Dying(pid int) bool { return system.dying(pid) }

// Asleep reports whether a process is stopped by a signal or by a debugger: it
// lives, keeps its locks, and does nothing.
func Asleep(pid int) bool { return system.stopped(pid) }

// CheckProc returns nil: macOS needs no /proc.
func CheckProc() error { return nil }

// InnerPID is the PID itself: macOS has no PID namespaces.
func InnerPID(pid int) int { return pid }

func parentOf(pid int) int { return system.parent(pid) }

func parentUniqueID(pid int) uint64 { return system.parentUniqueID(pid) }

func processes() ([]int, error) { return system.PIDs() }

func groupPIDs(pgid int) []int { return system.group(pgid) }

func eachOpen(pid int, look func(openFile) bool) error { return system.eachOpen(pid, look) }

func openAt(pid, fd int) (openFile, bool) { return system.openAt(pid, fd) }

func reopenPath(_ int, file openFile) string { return reopenPathOf(file) }

func hasLock(_ int, file openFile) bool { return file.locked }

func knownUnlocked(path string) bool { return system.knownUnlocked(path) }

// unopened is never certain on macOS, which counts a file's openers for nobody.
func unopened(string) bool { return false }

func listed(path string, _ os.FileInfo) (LockState, error) { return system.listed(path) }

func programFile(pid int) (FileID, bool) { return system.programFile(pid) }

func sameUserAndFiles(pid int) bool { return system.sameUserAndFiles(pid) }

func listens(pid int, matches func(netip.AddrPort) bool) (netip.AddrPort, bool) {
	return system.listens(pid, matches)
}

func sockets(context.Context) ([]socket, error) { return system.sockets() }

func socketOwner(ctx context.Context, s socket) (int, bool) { return system.socketOwner(ctx, s), true }
