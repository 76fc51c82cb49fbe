package procs

import (
	"errors"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
)

// exitWatch is a kqueue with a filter on one process (EVFILT_PROC, kqueue(2)).
type exitWatch int

// watchExit needs no right for the exit, but that to signal the process for its status
// (filt_procattach, bsd/kern/kern_event.c). The kernel looks a process up by the same
// function for this as for proc_info(2), so that both agree on which one has gone.
func watchExit(p fsm.Process) (exitWatch, error) {
	queue, err := unix.Kqueue()
	if err != nil {
		return -1, err
	}
	unix.CloseOnExec(queue)
	filter := unix.Kevent_t{
		Ident: uint64(p.PID), Filter: unix.EVFILT_PROC,
		Flags: unix.EV_ADD | unix.EV_ONESHOT, Fflags: unix.NOTE_EXIT | unix.NOTE_EXITSTATUS,
	}
	if _, err := unix.Kevent(queue, []unix.Kevent_t{filter}, nil, nil); err != nil {
		unix.Close(queue)
		return -1, err
	}
	return exitWatch(queue), nil
}

func (w exitWatch) close() { unix.Close(int(w)) }

func (w exitWatch) wait(timeout time.Duration) (*syscall.WaitStatus, bool, error) {
	var limit *unix.Timespec
	if timeout >= 0 {
		spec := unix.NsecToTimespec(timeout.Nanoseconds())
		limit = &spec
	}
	for {
		events := make([]unix.Kevent_t, 1)
		ready, err := unix.Kevent(int(w), nil, events, limit)
		if !errors.Is(err, unix.EINTR) {
			status := syscall.WaitStatus(events[0].Data)
			return &status, ready > 0, err
		}
	}
}
