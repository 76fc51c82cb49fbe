//go:build !blunt

package procs

import (
	"errors"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// exitWatch is a pidfd, which becomes readable at the exit (pidfd_open(2), Linux 5.3).
type exitWatch int

func watchExit(pid int) (exitWatch, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	return exitWatch(fd), err
}

func (w exitWatch) close() { unix.Close(int(w)) }

// wait reports that the process has exited, and never how.
func (w exitWatch) wait(timeout time.Duration) (*syscall.WaitStatus, bool, error) {
	limit := -1
	if timeout >= 0 {
		limit = int(timeout.Milliseconds())
	}
	for {
		ready, err := unix.Poll([]unix.PollFd{{Fd: int32(w), Events: unix.POLLIN}}, limit)
		if !errors.Is(err, unix.EINTR) {
			return nil, ready > 0, err
		}
	}
}
