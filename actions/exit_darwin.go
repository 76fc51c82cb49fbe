package actions

import (
	"errors"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"golang.org/x/sys/unix"
)

// waitExit returns true when the process has exited, by the kernel's wake-up on a
// kqueue (EVFILT_PROC with NOTE_EXIT, kqueue(2)), and false after the timeout; a
// negative one is none. The filter is registered before the identity is checked,
// so it cannot come to mean a later process.
func waitExit(p fsm.Process, timeout time.Duration) (bool, error) {
	queue, err := unix.Kqueue()
	if err != nil {
		return false, err
	}
	defer unix.Close(queue)
	watch := unix.Kevent_t{Ident: uint64(p.PID), Filter: unix.EVFILT_PROC, Flags: unix.EV_ADD | unix.EV_ONESHOT, Fflags: unix.NOTE_EXIT}
	if _, err := unix.Kevent(queue, []unix.Kevent_t{watch}, nil, nil); err != nil {
		if errors.Is(err, unix.ESRCH) {
			return true, nil
		}
		return false, err
	}
	if !probes.Alive(p) {
		return true, nil
	}
	var limit *unix.Timespec
	if timeout >= 0 {
		spec := unix.NsecToTimespec(timeout.Nanoseconds())
		limit = &spec
	}
	for {
		events := make([]unix.Kevent_t, 1)
		ready, err := unix.Kevent(queue, nil, events, limit)
		if !errors.Is(err, unix.EINTR) {
			return ready > 0, err
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
