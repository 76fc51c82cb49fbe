package procs

import (
	"errors"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
)

// AwaitExit returns true when the process has exited, by the kernel's wake-up, and
// false after the timeout; a negative one is none. How it exited is known of a child
// to Reap alone, and on macOS of every process that this user may signal.
func AwaitExit(p fsm.Process, timeout time.Duration) (fsm.Exit, bool, error) {
	watch, err := watchExit(p)
	if errors.Is(err, unix.ESRCH) {
		return fsm.Exit{}, true, nil
	}
	if err != nil {
		return fsm.Exit{}, false, err
	}
	defer watch.close()
	if !proc.Alive(p) { // proven after the watch began: it is on this very process
		return fsm.Exit{}, true, nil
	}
	status, gone, err := watch.wait(timeout)
	if !gone || status == nil {
		return fsm.Exit{}, gone, err
	}
	return exitOf(*status), true, nil
}

// Reap waits for a child, as nothing else may, and says how it exited.
func Reap(child *exec.Cmd) fsm.Exit {
	err := child.Wait()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		return fsm.Exit{}
	}
	status, ok := child.ProcessState.Sys().(syscall.WaitStatus)
	if !ok {
		return fsm.Exit{}
	}
	return exitOf(status)
}

// exitOf reads a status as wait(2) has it; the shell's code stands for a signal.
func exitOf(status syscall.WaitStatus) fsm.Exit {
	if status.Signaled() {
		return fsm.Exit{Known: true, Code: 128 + int(status.Signal()), Signal: unix.SignalName(status.Signal())}
	}
	return fsm.Exit{Known: true, Code: status.ExitStatus()}
}
