//go:build linux && blunt

package procs

import (
	"errors"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/xnu"
)

// exitWatch reports an exit as macOS does: when proc_info no longer finds the process,
// which is before its locks are free. Linux has no event for that, so that it checks each
// millisecond.
type exitWatch struct{ pidfd, pid int }

func watchExit(p fsm.Process) (exitWatch, error) {
	if _, err := xnu.System().Process(p.PID); errors.Is(err, syscall.ESRCH) {
		return exitWatch{}, unix.ESRCH
	}
	fd, err := unix.PidfdOpen(p.PID, 0)
	return exitWatch{fd, p.PID}, err
}

func (w exitWatch) close() { unix.Close(w.pidfd) }

func (w exitWatch) wait(timeout time.Duration) (*syscall.WaitStatus, bool, error) {
	for began := time.Now(); timeout < 0 || time.Since(began) < timeout; {
		ready, err := unix.Poll([]unix.PollFd{{Fd: int32(w.pidfd), Events: unix.POLLIN}}, 1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return nil, false, err
		}
		_, err = xnu.System().Process(w.pid)
		if ready > 0 || errors.Is(err, syscall.ESRCH) {
			return nil, true, nil
		}
	}
	return nil, false, nil
}
