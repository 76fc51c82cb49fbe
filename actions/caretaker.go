package actions

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/statefile"
)

// Caretaker is a process that waits in the background for the death of the run that started it. Then it takes
// supervisor.lock, once the supervisor has ended as well, and becomes a supervisor, which ends what is
// left. With it a run and its supervisor may both be killed at once.
type Caretaker struct {
	// line is a pipe to it. The kernel closes the other end with the run.
	line, held *os.File
	args, env  []string
	child      atomic.Pointer[exec.Cmd]
	ends       atomic.Bool
	ended      chan struct{}
}

// Caretake starts the caretaker of a home that need not exist yet, and another one whenever it has ended: this same
// program, args after its name.
func Caretake(args, env []string) (*Caretaker, error) {
	line, held, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c := &Caretaker{line: line, held: held, args: args, env: env, ended: make(chan struct{})}
	if err := c.again(); err != nil {
		return nil, errors.Join(err, line.Close(), held.Close())
	}
	go c.keep()
	return c, nil
}

// CaretakeLeft starts a caretaker for the home of a run that has died. It is not waited for.
func CaretakeLeft(args, env []string) error {
	line, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer line.Close()
	child, err := startBackground("/", args, env, line, nil)
	if err != nil {
		return err
	}
	return child.Process.Release()
}

func (c *Caretaker) again() error {
	child, err := startBackground("/", c.args, c.env, c.line, nil)
	if err == nil {
		c.child.Store(child)
	}
	return err
}

// caretakerPause keeps a caretaker that ends at once from being started without a pause.
const caretakerPause = 100 * time.Millisecond

func (c *Caretaker) keep() {
	defer close(c.ended)
	for err := error(nil); err == nil; err = c.again() {
		began := time.Now()
		_ = c.child.Load().Wait() // however it ended
		if c.ends.Load() {
			return
		}
		time.Sleep(caretakerPause - time.Since(began))
	}
}

// End ends the caretaker, once there is nothing left to take care of. It is our own child, which was not waited for.
func (c *Caretaker) End() {
	c.ends.Store(true)
	for {
		_ = c.child.Load().Process.Kill()
		select {
		case <-c.ended:
			c.line.Close()
			c.held.Close()
			return
		case <-time.After(caretakerPause): // another one was just being started
		}
	}
}

// AwaitRunsEnd returns, in a caretaker, when its run has ended. The line stays open: no other file gets
// its number, which the lock will have.
func AwaitRunsEnd() {
	for {
		n, err := unix.Read(inheritedLock, make([]byte, 1))
		if n <= 0 && !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

// TakeOver has this process become the supervisor of a home that a run has left, by execve(2) with args, once it has
// supervisor.lock. It returns nil if there is no such home, or not any more.
func TakeOver(path string, args, env []string) error {
	home, there, err := statefile.FindHome(path)
	if err != nil || !there { //mutation:taken-over
		return err
	}
	lock, err := lockfile.Wait(home.SupervisorLock())
	if errors.Is(err, fs.ErrNotExist) {
		return nil // its supervisor has removed it
	}
	if err != nil {
		return err
	}
	if err := home.MakeFolders(); err != nil {
		return err
	}
	log, err := logfile.OpenSupervisor(home)
	if err != nil {
		return err
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	for fd, file := range map[int]*os.File{unix.Stdout: log, unix.Stderr: log, inheritedLock: lock} {
		if err := unix.Dup2(int(file.Fd()), fd); err != nil {
			return err
		}
	}
	return syscall.Exec(exe, append([]string{os.Args[0]}, args...), env)
}
