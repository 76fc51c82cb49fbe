//go:build !blunt

package procs

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

// Signal signals exactly the process that is meant, or none: the pidfd cannot come to
// mean another process between the proof and the signal (pidfd_send_signal(2)). A
// process that has exited needs no signal.
func Signal(p fsm.Process, sig unix.Signal) error {
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
