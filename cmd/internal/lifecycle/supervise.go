package lifecycle

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// Supervise drives a home as its supervisor, with the lock that it inherits, until Temporal is stopped.
func Supervise(v cli.Voice) error {
	// First of all: a stop may come before anything else is done.
	signals := cli.StopSignals(syscall.SIGINT, syscall.SIGTERM)
	defer signal.Stop(signals)
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	path, err := cli.HomePath()
	if err != nil {
		return err
	}
	home, there, err := statefile.FindHome(path)
	if err != nil || !there {
		return cli.UsageProblem(fmt.Errorf("supervise is run by start, with a home that exists: %w", err))
	}
	lock, err := actions.Inherited(home)
	if err != nil {
		return cli.UsageProblem(fmt.Errorf("supervise is run by start: %w", err))
	}
	// Nobody closes it: it comes free by the end of this process, which is seen to be
	// ending then, and not of one that still lives and holds nothing.
	document, err := actions.Recover(home)
	if err != nil {
		return cli.SystemProblem(err, "the supervisor ends")
	}
	trace := actions.JoinTrace("stigmer supervisor")
	noteReady(trace)
	_, err = drive(home, lock, document, v.DriverLog("supervisor", os.Stderr), signals, witnesses{trace: trace})
	return err
}

// witnesses are told what a driver does; each may be nil.
type witnesses struct {
	trace   *actions.Trace
	manager *notifier
	// person is told of each record that a transition leads to.
	person func(fsm.Record)
}

// saw tells what a transition has led to.
func (w witnesses) saw(_ fsm.Transition, r fsm.Record) {
	if w.manager != nil {
		w.manager.say(w.manager.notices.of(r))
	}
	if w.person != nil {
		w.person(r)
	}
}

// drive supervises in this process until Temporal is Stopped, and returns the
// last record.
func drive(home statefile.Home, lock *os.File, document statefile.Document, log hclog.Logger, signals <-chan os.Signal, w witnesses) (fsm.Record, error) {
	self, err := probes.Identify(os.Getpid())
	if err != nil {
		return fsm.Record{}, cli.SystemProblem(err, "the supervisor ends")
	}
	self.Version = cli.OwnVersion()
	world := actions.NewWorld(home, lock, document, self, log)
	go obey(world, signals) // ends with the process
	world.OnTransition(w.saw)
	if w.manager != nil {
		w.manager.watch(world)
		defer w.manager.close()
	}
	return fsm.Drive(w.trace.World(world), document.Record, self, 0), nil
}

// obey turns signals into stops: one that a command left a request for, one
// that came alone, and from the second interrupt on one without patience.
func obey(world *actions.World, signals <-chan os.Signal) {
	var grace fsm.Millis
	for sig := range signals {
		switch {
		case sig == syscall.SIGTERM && world.Requested():
		case sig == syscall.SIGINT:
			world.StopNow("SIGINT (Ctrl-C) to the supervisor", grace)
			grace = 1
		default:
			world.StopNow(unix.SignalName(sig.(syscall.Signal))+" to the supervisor", 0)
		}
	}
}
