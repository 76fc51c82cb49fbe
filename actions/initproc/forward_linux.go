package initproc

import (
	"os"
	"slices"
	"syscall"
)

// forwarded are the signals that people, container engines and service managers send.
// The faults of a program (SIGSEGV and its like) are its own, SIGCHLD is for the reaper,
// and SIGURG is what Go's runtime interrupts goroutines with.
var forwarded = []os.Signal{
	syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM,
	syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGALRM, syscall.SIGWINCH, syscall.SIGCONT,
}

// ends are those of forwarded that ask a process to end.
var ends = []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM}

// ignored are the signals that stop a process for the sake of a terminal. Process 1 never
// stops for them, and nothing in a container would continue its child.
var ignored = []os.Signal{syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU}

// mustBeInit reports whether the process with this PID has to be an init.
func mustBeInit(pid int) bool { return pid == 1 }

// exitStatus returns the status that a shell reports for an end: the exit code, or 128 plus
// the signal's number.
func exitStatus(status syscall.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// foregroundTerminal returns the first of the standard descriptors that is a terminal
// whose foreground group is ours, and false if there is none: then the child takes that
// group's place, and Ctrl-C is for it alone.
func foregroundTerminal(group int, foreground func(fd int) (int, error)) (int, bool) {
	standard := []int{0, 1, 2}
	i := slices.IndexFunc(standard, func(fd int) bool {
		now, err := foreground(fd)
		return err == nil && now == group
	})
	if i < 0 {
		return 0, false
	}
	return standard[i], true
}
