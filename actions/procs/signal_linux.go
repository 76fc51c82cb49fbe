//go:build !blunt

package procs

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
)

// Signal signals exactly the process that is meant, or none: the pidfd cannot come to
// mean another process between the proof and the signal (pidfd_send_signal(2)). Where a
// pidfd is refused, the proof comes immediately before a signal by PID. A process that has
// exited needs no signal.
func Signal(p fsm.Process, sig unix.Signal) error {
	fd, err := unix.PidfdOpen(p.PID, 0)
	switch {
	case errors.Is(err, unix.ESRCH):
		return nil
	case refused(err):
		return signalByPID(p, sig)
	}
	defer unix.Close(fd)
	if !proc.Alive(p) {
		return nil
	}
	err = unix.PidfdSendSignal(fd, sig, nil, 0)
	if refused(err) { // if this user may not signal p, kill says so again
		return signalByPID(p, sig)
	}
	return unlessGone(err)
}

// signalByPID signals p by its number, after a check that it is still p.
func signalByPID(p fsm.Process, sig unix.Signal) error {
	if !proc.Alive(p) {
		return nil
	}
	return unlessGone(unix.Kill(p.PID, sig))
}

// unlessGone returns the error of a signal, nil if the process has gone.
func unlessGone(err error) error {
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}
