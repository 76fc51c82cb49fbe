package main

import (
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
	// and locks are gone, and those that wait for its end are woken.
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
//   - fanotify's FAN_OPEN_EXEC reports an exec of the program (fanotify(7), since
//     Linux 5.0, and 5.13 without privileges), and nothing else that opens it.
func (b *bench) watchDeath(victim fsm.Process, program string, port int) (d death) {
	fd := must(unix.FanotifyInit(unix.FAN_CLASS_NOTIF|unix.FAN_REPORT_FID|unix.FAN_CLOEXEC|unix.FAN_NONBLOCK, unix.O_RDONLY))
	file := os.NewFile(uintptr(fd), "fanotify")
	defer file.Close()
	check(unix.FanotifyMark(fd, unix.FAN_MARK_ADD, unix.FAN_OPEN_EXEC, unix.AT_FDCWD, program))
	execs := make(chan time.Time, 1)
	go func() { // ends with the read of an event, or with file
		if _, err := file.Read(make([]byte, 4096)); err == nil {
			execs <- time.Now()
		}
	}()
	torn := watchEnd(victim.PID)
	killed := time.Now()
	check(killProven(victim))
	d.spawned = b.receive(execs, "no next server was spawned").Sub(killed)
	b.prove(port)
	d.serving = time.Since(killed)
	d.torn = b.receive(torn, "the killed server is still there").Sub(killed)
	return d
}

// watchEnd reports when a process is torn down.
func watchEnd(pid int) <-chan time.Time {
	ended := make(chan time.Time, 1)
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		ended <- time.Now()
		return ended
	}
	check(err)
	go func() { // ends with the process, or after patience
		defer unix.Close(fd)
		for began := time.Now(); time.Since(began) < patience; {
			if n, _ := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 1000); n > 0 {
				ended <- time.Now()
				return
			}
		}
	}()
	return ended
}

// receive waits for an event with patience.
func (b *bench) receive(events <-chan time.Time, missing string) time.Time {
	select {
	case at := <-events:
		return at
	case <-b.Done():
		check(b.Err())
	case <-time.After(patience):
		check(fmt.Errorf("%s within %s", missing, patience))
	}
	return time.Time{}
}

// awaitEnd waits until a process is gone that is not a child of ours.
func (b *bench) awaitEnd(pid int) { b.receive(watchEnd(pid), fmt.Sprintf("pid %d did not exit", pid)) }
