package actions

import (
	"errors"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"golang.org/x/sys/unix"
)

// waitExit returns true when the process has exited, by the kernel's wake-up on a
// pidfd (pidfd_open(2), Linux 5.3), and false after the timeout; a negative one
// is none. The descriptor is opened before the identity is checked, so it cannot
// come to mean a process that got the PID later.
func waitExit(p fsm.Process, timeout time.Duration) (bool, error) {
	fd, err := unix.PidfdOpen(p.PID, 0)
	if errors.Is(err, unix.ESRCH) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer unix.Close(fd)
	if !probes.Alive(p) {
		return true, nil
	}
	limit := -1
	if timeout >= 0 {
		limit = int(timeout.Milliseconds())
	}
	for {
		ready, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, limit)
		if !errors.Is(err, unix.EINTR) {
			return ready > 0, err
		}
	}
}

// signalOne signals exactly the process that was proven, or nobody: the pidfd
// cannot come to mean another process between the proof and the signal.
func signalOne(p fsm.Process, sig unix.Signal) error {
	fd, err := unix.PidfdOpen(p.PID, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if !probes.Alive(p) {
		return nil
	}
	if err := unix.PidfdSendSignal(fd, sig, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return err
	}
	return nil
}
