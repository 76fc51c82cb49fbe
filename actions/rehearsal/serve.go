package rehearsal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// serveWithin is how long a rehearsed Temporal may take until it serves. It takes half a second.
const serveWithin = time.Minute

// attempts is how often a Temporal that ended by itself is tried: another program may have taken one of
// the ports that it had picked.
const attempts = 3

// Serve runs the program of a record's settings on the database of these settings, with the
// record's environment, and calls use once it serves. It ends Temporal when use returns. An error
// is that of use, or says why it did not serve, with the last that it printed.
func Serve(ctx context.Context, home statefile.Home, r fsm.Record, use func(context.Context, temporal.Endpoint) error) error {
	return alone(ctx, home, func(lock *os.File) error { return attempt(ctx, home, r, lock, use) })
}

// alone calls act while this command has rehearsal.lock.
func alone(ctx context.Context, home statefile.Home, act func(lock *os.File) error) error {
	lock, err := take(ctx, home)
	if err != nil {
		return err
	}
	defer lock.Close()
	return act(lock)
}

// attempt serves, and once more if Temporal ended by itself.
func attempt(ctx context.Context, home statefile.Home, r fsm.Record, lock *os.File, use func(context.Context, temporal.Endpoint) error) (err error) {
	for range attempts {
		if err = serve(ctx, home, r, lock, use); !hasEnded(err) {
			return err
		}
	}
	return err
}

// EndedError says that a rehearsed Temporal ended by itself before it served.
type EndedError struct {
	// Status is how it ended, and Words the last that it printed.
	Status, Words string
}

func (e EndedError) Error() string {
	return fmt.Sprintf("Temporal ended before it served (%s): %s", e.Status, e.Words)
}

func hasEnded(err error) bool {
	_, is := errors.AsType[EndedError](err)
	return is
}

// serve is one attempt. The kernel ends the child with the thread that forked it (prctl(2),
// PR_SET_PDEATHSIG), so that thread is kept.
func serve(ctx context.Context, home statefile.Home, r fsm.Record, lock *os.File, use func(context.Context, temporal.Endpoint) error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	free, err := freePorts(3)
	if err != nil {
		return err
	}
	s := r.Settings
	s.IP, s.Port, s.Headless, s.Namespaces = loopback, free[0], true, ""
	var words bytes.Buffer
	cmd := exec.Command(s.TemporalBin, launch.Args(s, fsm.Ports{HTTP: free[1], Metrics: free[2]})...)
	cmd.Dir, cmd.Env = launch.Folder(home, s.DB), launch.Environment(r, home)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &words, &words, time.Second
	cmd.ExtraFiles = []*os.File{lock}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	tie(cmd.SysProcAttr)
	if err := cmd.Start(); err != nil {
		return err
	}
	end := sync.OnceFunc(func() { // the group's number cannot be another's before our child is waited for
		unix.Kill(-cmd.Process.Pid, unix.SIGKILL)
		cmd.Wait()
	})
	defer end()
	child, err := proc.Identify(cmd.Process.Pid)
	if err != nil { // it has exited already
		end()
		return EndedError{cmd.ProcessState.String(), lastLine(words.String())}
	}
	living, ended := context.WithCancel(ctx)
	go func() { procs.AwaitExit(child, -1); ended() }() // ends with the child
	endpoint := temporal.Endpoint{Address: launch.Address(s)}
	answer := endpoint.Await(living, 2*time.Millisecond, serveWithin)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case living.Err() != nil:
		end() // only then its words are all there
		return EndedError{cmd.ProcessState.String(), lastLine(words.String())}
	case !answer.Verdict.Ready:
		return fmt.Errorf("it does not serve after %s: %s", serveWithin, answer.Detail)
	}
	return use(ctx, endpoint)
}

const loopback = "127.0.0.1"

// freePorts picks ports that the kernel gives: no client needs to know them.
func freePorts(n int) (free []int, err error) {
	for range n {
		listener, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
		if err != nil {
			return nil, err
		}
		defer listener.Close() // only then: each is to be another one
		free = append(free, listener.Addr().(*net.TCPAddr).Port)
	}
	return free, nil
}
