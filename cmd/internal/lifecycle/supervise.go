package lifecycle

import (
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sys/unix"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/tied"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// Supervise drives a home as its supervisor, with the lock that it inherits, until Temporal is
// stopped. One that has given up returns the status of a failure, as start --foreground does: the
// init of a container passes it on.
func Supervise(v cli.Voice) error {
	unix.Umask(0o077) // what Temporal makes is private, whatever a command's umask was
	// First of all: a stop may come before anything else is done.
	signals := cli.StopSignals(syscall.SIGINT, syscall.SIGTERM, syscall.SIGUSR1)
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
	// The lock is never closed here: the end of this process releases it. Others then see a
	// process that ends, and not one that lives and holds nothing.
	document, err := evidence.Recover(home)
	if err != nil {
		return cli.SystemProblem(err, "the supervisor ends")
	}
	trace := actions.JoinTrace("stigmer supervisor")
	noteReady(trace)
	record, err := supervision{home: home, log: v.DriverLog("supervisor", os.Stderr), signals: signals, trace: trace}.drive(lock, document)
	if tied.Passes(home) && tied.Over(home, record) {
		clearRun(home)
	}
	switch {
	case err != nil:
		return cli.SystemProblem(err, "the supervisor ends")
	case record.Failure.Event != "":
		return cli.Status(cli.ExitFailed)
	}
	return nil
}

// supervision is how this process supervises a home.
type supervision struct {
	home    statefile.Home
	log     hclog.Logger
	signals chan os.Signal
	trace   *actions.Trace
	manager *notifier // nil if no service manager waits for reports
	// reports are called with each record that a transition has led to.
	reports []func(statefile.Document)
}

// drive supervises until Temporal is Stopped, and returns the last record.
func (s supervision) drive(lock *os.File, document statefile.Document) (fsm.Record, error) {
	// A supervisor keeps less than 1 MB, and at Go's default has 4 MB before it collects garbage.
	debug.SetGCPercent(25)
	self, err := proc.Identify(os.Getpid())
	if err != nil {
		return fsm.Record{}, err
	}
	self.Version = cli.OwnVersion()
	reports := append(s.reports, s.trace.EndWithStart)
	if s.manager != nil {
		reports = append(reports, s.manager.recorded)
	}
	observer := actions.Observer{Took: s.trace.Took, Recorded: func(d statefile.Document) {
		for _, report := range reports {
			report(d)
		}
	}}
	world := actions.NewWorld(s.home, lock, document, actions.WorldConfig{Self: self, Log: s.log, Observer: observer})
	go obey(world, s.signals) // ends with the process
	if s.manager != nil {
		s.manager.watch(world)
		defer s.manager.close()
	}
	return fsm.Drive(world, document.Record, self, fsm.Input{}), nil
}

// obey turns SIGUSR1 into a wish for the setup, and other signals into stops: one that a command left a request for, one
// that came alone, and from the second interrupt on one that waits for nothing.
func obey(world *actions.World, signals <-chan os.Signal) {
	interrupt := fsm.Stop
	for sig := range signals {
		switch {
		case sig == syscall.SIGUSR1:
			world.WantSetup()
		case sig == syscall.SIGTERM && world.Requested():
		case sig == syscall.SIGINT:
			world.Stop(interrupt, "SIGINT (Ctrl-C) to the supervisor")
			interrupt = fsm.StopNow
		default:
			world.Stop(fsm.Stop, unix.SignalName(sig.(syscall.Signal))+" to the supervisor")
		}
	}
}
