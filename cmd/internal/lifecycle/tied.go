package lifecycle

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/procs"
	"github.com/stigmer/local/actions/tied"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// SignalError says that a signal has ended a start before its Temporal served.
type SignalError struct{ Signal syscall.Signal }

func (e SignalError) Error() string { return "ended by " + e.Signal.String() }

// StartTied drives the start of a Temporal that is tied to this process, without a word, and returns its record once a
// client can work. The error is a SignalError or a Problem.
func StartTied(c *cobra.Command, home statefile.Home, command fsm.Command, signals <-chan os.Signal) (fsm.Record, error) {
	started := make(chan error, 1)
	var r fsm.Record
	go func() { // ends with the command, or with the process after a signal
		var err error
		r, err = carryOut(c, home, command)
		started <- err
	}()
	select {
	case err := <-started:
		return r, err
	case sig := <-signals:
		return fsm.Record{}, SignalError{sig.(syscall.Signal)}
	}
}

// carryOut drives a command to its end, and returns the record or a Problem.
func carryOut(c *cobra.Command, home statefile.Home, command fsm.Command) (fsm.Record, error) {
	client := actions.NewClient(actions.ClientConfig{
		Home: home, Log: cli.VoiceOf(c).CommandLog(c.ErrOrStderr()),
		Supervise: func(lock *os.File) (int, error) { return supervise(c, home, lock, nil) },
	})
	o := fsm.RunCommand(client, command)
	client.Leave()
	switch o.Result {
	case fsm.ResultStarted, fsm.ResultAlreadyRunning, fsm.ResultStopped, fsm.ResultNothingRan:
		return o.Record, nil
	}
	return o.Record, problemOf(home, command, o, client)
}

// StopTied stops what StartTied has started, at once, and reports nothing but a failure.
func StopTied(c *cobra.Command, home statefile.Home) error {
	_, err := carryOut(c, home, fsm.Command{Verb: fsm.VerbStop, Now: true, Cause: Cause(c.Name())})
	return err
}

// KeepSupervised starts another supervisor whenever that of a tied Temporal has died: it adopts Temporal. It returns
// when Temporal is not wanted any more, or cannot be supervised, and says why.
func KeepSupervised(c *cobra.Command, home statefile.Home, command fsm.Command, r fsm.Record) error {
	for {
		if _, _, err := procs.AwaitExit(r.Supervisor, -1); err != nil {
			return err
		}
		document, err := (statefile.File{Home: home}).Load()
		if err != nil {
			return err
		}
		if document.Desired != fsm.WantRunning {
			return nil
		}
		if r, err = carryOut(c, home, command); err != nil {
			return err
		}
	}
}

// StartCaretaker starts the process that takes a home over if this run and its supervisor die.
func StartCaretaker(c *cobra.Command, path string) (*actions.Caretaker, error) {
	return actions.Caretake(caretakerOf(c, path))
}

// Sweep has what is left of the runs removed of which every process was killed. It waits for none.
func Sweep(c *cobra.Command) {
	for _, home := range tied.Left() {
		if err := actions.CaretakeLeft(caretakerOf(c, string(home))); err != nil {
			cli.Warn(c, "%s, which an earlier run has left, is not removed: %v", home, err)
		}
	}
}

func caretakerOf(c *cobra.Command, path string) (args, env []string) {
	return hidden(c, statefile.Home(path), evidence.CaretakeVerb)
}

// Caretake waits for the end of a run, and supervises what it leaves: see actions.Caretaker.
func Caretake(c *cobra.Command) error {
	signal.Ignore(syscall.SIGINT, syscall.SIGHUP, syscall.SIGPIPE)
	path, err := cli.HomePath()
	if err != nil {
		return err
	}
	actions.AwaitRunsEnd()
	args, env := hidden(c, statefile.Home(path), evidence.SuperviseVerb)
	if err := actions.TakeOver(path, args, env); err != nil {
		return cli.SystemProblem(err, "the caretaker ends")
	}
	return nil
}

// clearGrace is how long what the command of a dead run has left may take to end.
const clearGrace = 300 * time.Millisecond

// clearRun removes what a run has left that has died: its Temporal has ended.
func clearRun(home statefile.Home) {
	if err := tied.EndGuests(home, clearGrace); err != nil {
		fmt.Fprintln(os.Stderr, "what the command of the run has left:", err)
	}
	if err := tied.Remove(home); err != nil {
		fmt.Fprintln(os.Stderr, "the home of the run:", err)
	}
}
