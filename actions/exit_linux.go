package actions

import (
	"errors"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"golang.org/x/sys/unix"
)

// waitExit returns when the process has exited, by the kernel's wake-up on a
// pidfd (pidfd_open(2), Linux 5.3). The descriptor is opened before the identity
// is checked, so it cannot come to mean a process that got the PID later.
func waitExit(p fsm.Process) error {
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
	for {
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
		if !errors.Is(err, unix.EINTR) {
			return err
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
