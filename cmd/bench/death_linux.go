package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
)

// death is what followed a kill -9, each since the kill.
type death struct {
	// torn is when the kernel had torn the process down: its memory, descriptors
	// and locks are gone, and those who wait for its end are woken.
	torn time.Duration
	// spawned is when the next one was spawned: the exec of its program.
	spawned time.Duration
	// serving is when the next one was proven to serve.
	serving time.Duration
}

// watchDeath kills a server and watches what its supervisor does. It polls nothing
// until the next one is spawned, so that it takes no time from those it watches:
//
//   - A pidfd becomes readable when the last thread of a process has exited
//     (pidfd_open(2)); do_exit in kernel/exit.c notifies after it has given back
//     memory, descriptors and, with them, the locks. A parent's wait4 is woken at
//     the same place.
//   - fanotify's FAN_OPEN_EXEC tells of an exec of the program (fanotify(7), since
//     Linux 5.0, and 5.13 without privileges), and of nothing else that opens it.
func watchDeath(ctx context.Context, victim fsm.Process, program string, port int) (death, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	execs, stop, err := watchExecs(program)
	if err != nil {
		return death{}, err
	}
	defer stop()
	handle, err := unix.PidfdOpen(victim.PID, 0)
	if err != nil {
		return death{}, fmt.Errorf("pidfd of %d: %w", victim.PID, err)
	}
	torn := make(chan time.Time, 1)
	go awaitReadable(handle, torn) // ends with the victim, within patience

	killed := time.Now()
	if err := killProven(victim); err != nil {
		return death{}, err
	}
	var d death
	select {
	case at := <-execs:
		d.spawned = at.Sub(killed)
	case <-ctx.Done():
		return d, fmt.Errorf("no next server was spawned: %w", ctx.Err())
	}
	err = prove(ctx, port)
	d.serving = time.Since(killed)
	select {
	case at := <-torn:
		d.torn = at.Sub(killed)
	case <-ctx.Done():
		err = errors.Join(err, ctx.Err())
	}
	return d, err
}

// awaitReadable tells when a descriptor becomes readable, and closes it.
func awaitReadable(fd int, readable chan<- time.Time) {
	defer unix.Close(fd)
	for began := time.Now(); time.Since(began) < patience; {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(patience.Milliseconds()))
		if n > 0 {
			readable <- time.Now()
			return
		}
		if err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

// awaitEnd waits until a process is gone that is not a child of ours.
func awaitEnd(ctx context.Context, pid int) error {
	handle, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("pidfd of %d: %w", pid, err)
	}
	gone := make(chan time.Time, 1)
	go awaitReadable(handle, gone) // ends with the process, within patience
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(patience):
		return fmt.Errorf("pid %d lives on", pid)
	}
}

// watchExecs tells of each exec of a program. stop ends it.
func watchExecs(program string) (execs <-chan time.Time, stop func(), err error) {
	fd, err := unix.FanotifyInit(unix.FAN_CLASS_NOTIF|unix.FAN_REPORT_FID|unix.FAN_CLOEXEC|unix.FAN_NONBLOCK, unix.O_RDONLY)
	if err != nil {
		return nil, nil, fmt.Errorf("fanotify (Linux 5.13 or root is needed to see a spawn): %w", err)
	}
	file := os.NewFile(uintptr(fd), "fanotify")
	if err := unix.FanotifyMark(fd, unix.FAN_MARK_ADD, unix.FAN_OPEN_EXEC, unix.AT_FDCWD, program); err != nil {
		file.Close()
		return nil, nil, fmt.Errorf("fanotify on %s: %w", program, err)
	}
	seen := make(chan time.Time, 64)
	go func() {
		events := make([]byte, 4096)
		for {
			if _, err := file.Read(events); err != nil {
				return // closed by stop
			}
			select {
			case seen <- time.Now():
			default: // nobody asks for so many
			}
		}
	}()
	return seen, func() { file.Close() }, nil
}
