package oneshot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// statusOfSignal is what a shell adds to the number of the signal that has ended a program.
const statusOfSignal = 128

// command is what is run.
type command struct {
	path  string
	words []string
	// inherited are the descriptors that our caller has left open for it, beside the standard ones.
	inherited []int
}

// find finds the program before anything is started.
func find(words []string) (command, error) {
	path, err := exec.LookPath(words[0])
	if err == nil {
		return command{path, words, actions.Inheritable()}, nil
	}
	p := &cli.Problem{What: fmt.Sprintf("%s: %v", words[0], cli.BareExec(err)), Means: "the command cannot be run; no Temporal was started", Try: "stigmer local run -- COMMAND, with a program that is in PATH, or its path", Exit: cli.ExitNotFound}
	if errors.Is(err, fs.ErrPermission) {
		p.Exit = cli.ExitNotExecutable
	}
	return command{}, p
}

// environ is that of this process, with the variables that lead a client to Temporal, and the home.
func environ(variables []human.Variable, home statefile.Home) []string {
	env := config.WithoutOwn(os.Environ())
	for _, v := range variables {
		env = append(env, v.Name+"="+v.Value)
	}
	return cli.WithHome(env, home)
}

// passedOn are the signals that a command gets which this process gets, and stopping those of them that ask it to end.
var (
	passedOn = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2}
	stopping = passedOn[:4]
)

// stopSignals are those signals from now on, but for what our caller has us ignore, as nohup does: so does the command.
func stopSignals() chan os.Signal {
	return cli.StopSignals(slices.DeleteFunc(slices.Clone(passedOn), signal.Ignored)...)
}

// hurried is how long a command has that was asked to end twice.
const hurried = time.Second

// ending is how a command ended.
type ending struct {
	status cli.Status
	// words say so, behind the command's name.
	words string
}

// run runs the command with this process's terminal, in its process group, and has its process noted. The error is a
// Problem, where the command could not be started.
func (c command) run(env []string, note func(fsm.Process) error, signals <-chan os.Signal) (ending, error) {
	actions.LetInherit(c.inherited)
	child := &exec.Cmd{Path: c.path, Args: c.words, Env: env, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	if err := child.Start(); err != nil {
		if path, is := errors.AsType[*fs.PathError](err); is {
			err = path.Err
		}
		return ending{}, &cli.Problem{What: fmt.Sprintf("%s: %v", c.words[0], err), Means: "the command could not be run; Temporal was started for it, and is stopped", Try: "a program of this system; for a script without #! the shell before it: sh " + c.words[0], Exit: cli.ExitNotExecutable}
	}
	if p, err := proc.Identify(child.Process.Pid); err == nil { // else it has ended already
		if err := note(p); err != nil {
			return ending{}, errors.Join(cli.SystemProblem(err, "the command was ended, and Temporal is stopped"), child.Process.Kill(), child.Wait())
		}
	}
	ended := make(chan struct{})
	go func() {
		_ = child.Wait() // its state says how it ended
		close(ended)
	}()
	var over <-chan time.Time
	for asked := 0; ; {
		select {
		case <-ended:
			return endingOf(child.ProcessState), nil
		case <-over:
			_ = child.Process.Kill() // our own child, which was not waited for
		case sig := <-signals:
			if !fromTerminal(sig) {
				_ = child.Process.Signal(sig)
			}
			if asked++; asked == 2 && slices.Contains(stopping, sig) {
				over = time.After(hurried)
			}
		}
	}
}

func endingOf(state *os.ProcessState) ending {
	if status := state.Sys().(syscall.WaitStatus); status.Signaled() {
		return ending{cli.Status(statusOfSignal + int(status.Signal())), " was ended by " + unix.SignalName(status.Signal())}
	}
	return ending{cli.Status(state.ExitCode()), fmt.Sprintf(" ended with status %d", state.ExitCode())}
}

// fromTerminal reports whether a signal has come from the terminal: then the terminal has sent it to the command as well,
// which is of the same process group (tty_ioctl(4), termios(3), ISIG).
func fromTerminal(sig os.Signal) bool {
	if sig != syscall.SIGINT && sig != syscall.SIGQUIT {
		return false
	}
	terminal, err := os.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer terminal.Close()
	foreground, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	return err == nil && foreground == unix.Getpgrp()
}
