package cli

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// A poll that asks for no event hears of none on macOS, so the hang-up is asked for, and
// asked for alone: a file or a terminal that can be written to must not end the poll.
func TestHangUpOf(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	look := func(timeout int) (int, unix.PollFd) {
		t.Helper()
		fds := []unix.PollFd{hangUpOf(writer.Fd())}
		if fds[0].Events != unix.POLLHUP {
			t.Errorf("events %#x are asked for, want POLLHUP alone", fds[0].Events)
		}
		n, err := unix.Poll(fds, timeout)
		for errors.Is(err, unix.EINTR) {
			n, err = unix.Poll(fds, timeout)
		}
		if err != nil {
			t.Fatal(err)
		}
		return n, fds[0]
	}
	if n, fd := look(0); n != 0 {
		t.Errorf("the reader is there: revents %#x", fd.Revents)
	}
	reader.Close()
	if n, fd := look(10_000); n != 1 || fd.Revents&(unix.POLLERR|unix.POLLHUP) == 0 {
		t.Errorf("the reader has gone: %d, revents %#x", n, fd.Revents)
	}
}
