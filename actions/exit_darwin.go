package actions

import (
	"errors"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"golang.org/x/sys/unix"
)

// waitExit returns when the process has exited, by the kernel's wake-up on a
// kqueue (EVFILT_PROC with NOTE_EXIT, kqueue(2)). The filter is registered before
// the identity is checked, so it cannot come to mean a later process.
func waitExit(p fsm.Process) error {
	queue, err := unix.Kqueue()
	if err != nil {
		return err
	}
	defer unix.Close(queue)
	watch := unix.Kevent_t{Ident: uint64(p.PID), Filter: unix.EVFILT_PROC, Flags: unix.EV_ADD | unix.EV_ONESHOT, Fflags: unix.NOTE_EXIT}
	if _, err := unix.Kevent(queue, []unix.Kevent_t{watch}, nil, nil); err != nil {
		if errors.Is(err, unix.ESRCH) {
			return nil
		}
		return err
	}
	if !probes.Alive(p) {
		return nil
	}
	for {
		events := make([]unix.Kevent_t, 1)
		if _, err := unix.Kevent(queue, nil, events, nil); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// signalOne signals the process if it is still the one that was proven. macOS
// has no pidfd: the proof is made immediately before the signal.
func signalOne(p fsm.Process, sig unix.Signal) error {
	if !probes.Alive(p) {
		return nil
	}
	if err := unix.Kill(p.PID, sig); err != nil && !errors.Is(err, unix.ESRCH) {
		return err
	}
	return nil
}
