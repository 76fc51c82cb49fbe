package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// WithSignals is a context that ends with ctx, and when a user ends the command: by Ctrl-C, SIGTERM, or a terminal
// that goes (SIGHUP). The signals have their usual effect again once stop is called.
func WithSignals(ctx context.Context) (until context.Context, stop context.CancelFunc) {
	return signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
}

// UntilEnd runs work that prints to out, to its end or until a user ends it: Ctrl-C, SIGTERM and
// a terminal that goes (SIGHUP) are ExitInterrupted. An output without a reader is no failure:
// the reader has seen enough. Work may be waiting in a write at that moment, so it is not waited
// for; its context is cancelled.
func UntilEnd(out io.Writer, work func(context.Context) error) error {
	// With SIGPIPE ignored a write returns EPIPE instead of ending the process.
	signal.Ignore(syscall.SIGPIPE)
	defer signal.Reset(syscall.SIGPIPE)
	signals := StopSignals(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- work(ctx) }()
	select {
	case err := <-done:
		if errors.Is(err, syscall.EPIPE) {
			return nil
		}
		return err
	case <-signals:
		return Status(ExitInterrupted)
	case <-abandoned(out):
		return nil
	}
}

// abandoned is closed when out is a pipe that has lost its reader: without it "logs -f | head
// -1" would not end before the next line is written. The wait for that ends with the process:
// poll(2) cannot be cancelled.
func abandoned(out io.Writer) <-chan struct{} {
	gone := make(chan struct{})
	file := FileOf(out)
	if file == nil {
		return gone
	}
	go func() {
		fds := []unix.PollFd{hangUpOf(file.Fd())} // the file stays open until the process ends
		_, err := unix.Poll(fds, -1)
		for errors.Is(err, unix.EINTR) {
			_, err = unix.Poll(fds, -1)
		}
		if err == nil && fds[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0 {
			close(gone)
		}
	}()
	return gone
}

// hangUpOf asks poll(2) for the hang-up of a descriptor and nothing else. Linux reports a
// hang-up whether it is asked for or not; macOS looks at a descriptor only for an event that
// is asked for (bsd/kern/sys_generic.c, poll_nocancel).
func hangUpOf(fd uintptr) unix.PollFd { return unix.PollFd{Fd: int32(fd), Events: unix.POLLHUP} }

// StopSignals delivers the named signals to a channel, which signal.Stop ends.
func StopSignals(which ...os.Signal) chan os.Signal {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, which...)
	return signals
}
