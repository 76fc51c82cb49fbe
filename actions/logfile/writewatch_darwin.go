package logfile

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// writeQueue is a kqueue with a filter on each file (EVFILT_VNODE, kqueue(2)). A file
// stays open as long as its filter: the next add for its path closes it.
type writeQueue struct {
	queue int
	files map[string]*os.File
}

func newWriteQueue() (writeQueue, error) {
	queue, err := unix.Kqueue()
	if err != nil {
		return writeQueue{}, err
	}
	unix.CloseOnExec(queue)
	end := unix.Kevent_t{Filter: unix.EVFILT_USER, Flags: unix.EV_ADD}
	_, err = unix.Kevent(queue, []unix.Kevent_t{end}, nil, nil)
	return writeQueue{queue, map[string]*os.File{}}, err
}

// add watches the file at path for one write.
func (q writeQueue) add(path string) error {
	q.files[path].Close() // nil the first time, which only is an error
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_EVTONLY, 0)
	if err != nil {
		return err
	}
	q.files[path] = file
	filter := unix.Kevent_t{
		Ident: uint64(file.Fd()), Filter: unix.EVFILT_VNODE,
		Flags: unix.EV_ADD | unix.EV_ONESHOT, Fflags: unix.NOTE_WRITE | unix.NOTE_EXTEND,
	}
	_, err = unix.Kevent(q.queue, []unix.Kevent_t{filter}, nil, nil)
	return err
}

// wait returns when something was written, or with an error once the queue is closed.
func (q writeQueue) wait() error {
	events := make([]unix.Kevent_t, 1)
	for {
		_, err := unix.Kevent(q.queue, nil, events, nil)
		if !errors.Is(err, unix.EINTR) {
			return errors.Join(err, ended(events[0]))
		}
	}
}

// ended returns os.ErrClosed for the event by which close ends the wait.
func ended(event unix.Kevent_t) error {
	if event.Filter == unix.EVFILT_USER {
		return os.ErrClosed
	}
	return nil
}

// close ends the wait; the queue itself goes with the process.
func (q writeQueue) close() {
	end := unix.Kevent_t{Filter: unix.EVFILT_USER, Fflags: unix.NOTE_TRIGGER}
	_, _ = unix.Kevent(q.queue, []unix.Kevent_t{end}, nil, &unix.Timespec{})
	for _, file := range q.files {
		file.Close()
	}
}
