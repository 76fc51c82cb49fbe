//go:build !blunt

package procs

import (
	"errors"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
)

// exitWatch is a pidfd, which becomes readable at the exit (pidfd_open(2), Linux 5.3). Without
// a pidfd, it polls the process.
type exitWatch struct {
	pidfd   int // noPidfd if there is none
	process fsm.Process
}

const noPidfd = -1

func watchExit(p fsm.Process) (exitWatch, error) {
	fd, err := unix.PidfdOpen(p.PID, 0)
	if refused(err) {
		return exitWatch{noPidfd, p}, nil
	}
	return exitWatch{fd, p}, err
}

// refused reports whether the error of a pidfd call means that pidfds cannot be used: an old
// kernel has none, a sandbox answers EPERM for a call that it does not allow (seccomp(2)),
// descriptors may be spent. ESRCH, for a process that has gone, is no refusal.
func refused(err error) bool { return err != nil && !errors.Is(err, unix.ESRCH) }

func (w exitWatch) close() {
	if w.pidfd != noPidfd {
		unix.Close(w.pidfd)
	}
}

// wait reports that the process has exited, and never how.
func (w exitWatch) wait(timeout time.Duration) (*syscall.WaitStatus, bool, error) {
	if w.pidfd == noPidfd {
		return nil, goneWithin(w.process, timeout), nil
	}
	limit := -1
	if timeout >= 0 {
		limit = int(timeout.Milliseconds())
	}
	for {
		ready, err := unix.Poll([]unix.PollFd{{Fd: int32(w.pidfd), Events: unix.POLLIN}}, limit)
		if !errors.Is(err, unix.EINTR) {
			return nil, ready > 0, err
		}
	}
}

// The pauses between two checks of a process without a pidfd.
const (
	shortestPause = time.Millisecond
	longestPause  = 50 * time.Millisecond
)

// goneWithin reports whether p exits within timeout; a negative timeout is no limit.
func goneWithin(p fsm.Process, timeout time.Duration) bool {
	began := time.Now()
	for pause := shortestPause; proc.Alive(p); pause = min(2*pause, longestPause) {
		if timeout >= 0 && time.Since(began) >= timeout {
			return false
		}
		time.Sleep(pause)
	}
	return true
}
