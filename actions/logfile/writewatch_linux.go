package logfile

import (
	"os"

	"golang.org/x/sys/unix"
)

// writeQueue is an inotify instance (inotify(7)).
type writeQueue struct{ *os.File }

func newWriteQueue() (writeQueue, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return writeQueue{}, err
	}
	return writeQueue{os.NewFile(uintptr(fd), "inotify")}, nil
}

// add watches the file at path for one write.
func (q writeQueue) add(path string) error {
	conn, err := q.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Control(func(fd uintptr) {
		_, failed = unix.InotifyAddWatch(int(fd), path, unix.IN_MODIFY|unix.IN_ONESHOT)
	})
	if err != nil {
		return err
	}
	return failed
}

// wait returns when something was written, or with an error once the queue is closed.
func (q writeQueue) wait() error {
	_, err := q.Read(make([]byte, 4096))
	return err
}

func (q writeQueue) close() { q.File.Close() }
