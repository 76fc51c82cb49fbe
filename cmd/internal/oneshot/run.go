package oneshot

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/tied"
	"github.com/stigmer/local/actions/transfer"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/cmd/internal/installer"
	"github.com/stigmer/local/cmd/internal/lifecycle"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// Options is what the flags of run say.
type Options struct {
	config.Options
	// Keep says that the home, and the log in it, stays.
	Keep bool
}

// run is one command with its Temporal.
type run struct {
	c       *cobra.Command
	o       *Options
	home    statefile.Home
	signals chan os.Signal
	// ends says that Temporal is not needed any more.
	ends atomic.Bool
}

// Run runs a command, words, with a Temporal of its own, and returns the command's status. Its errors are Problems,
// with the status of a failure before the command began.
func Run(c *cobra.Command, o *Options, words []string) error {
	command, err := find(words)
	if err != nil {
		return err
	}
	if err := config.SettleForRun(c.Flags()); err != nil {
		return cli.UsageProblem(err)
	}
	base, err := lifecycle.OpenWithSettings(c, &o.Options, findBase)
	if err != nil {
		return failed(err)
	}
	if err := o.Binary(base); err != nil {
		return failed(err)
	}
	inspect.WarnCompanions(c)
	signals := stopSignals()
	lifecycle.Sweep(c)
	path, err := tied.NewPath(o.Keep)
	if err != nil {
		return failed(&cli.Problem{What: "the folder for temporary files cannot be used: " + err.Error(), Means: "a run has its home there; nothing was started", Try: "TMPDIR=DIR, with a folder of yours", Exit: cli.ExitFailed})
	}
	caretaker, err := lifecycle.StartCaretaker(c, path)
	if err != nil {
		return failed(cli.SystemProblem(err, "nothing was started"))
	}
	defer caretaker.End()
	home, err := tied.MakeHome(path)
	if err != nil {
		return failed(cli.SystemProblem(err, "nothing was started"))
	}
	return (&run{c: c, o: o, home: home, signals: signals}).with(base, command)
}

// with starts Temporal, runs the command, and removes what both have left.
func (r *run) with(base statefile.Home, command command) error {
	defer r.remove()
	temporal, tie, err := r.start(base)
	if signal, ended := errors.AsType[lifecycle.SignalError](err); ended {
		return cli.Status(statusOfSignal + int(signal.Signal))
	}
	if err != nil {
		return failed(err)
	}
	go r.keepSupervised(tie, temporal)
	contact := inspect.Contact{Settings: temporal.Settings, Ports: temporal.Ports(), Runs: true}
	namespace := append(temporal.Settings.Namespaces.List(), "default")[0]
	began := time.Now()
	ended, err := command.run(environ(contact.Variables(namespace), r.home), func(p fsm.Process) error { return tied.NoteCommand(r.home, p) }, r.signals)
	if err != nil {
		return err
	}
	if ended.status != cli.ExitDone {
		r.explain(command.words[0]+ended.words, began)
	}
	return ended.status
}

// findBase finds the home whose settings and program a run has, and makes none.
func findBase() (statefile.Home, error) {
	path, err := cli.HomePath()
	if err != nil {
		return "", err
	}
	home, there, err := statefile.FindHome(path)
	switch {
	case err != nil:
		return "", cli.SystemProblem(err, "nothing was started")
	case !there:
		return statefile.Gone(path), nil
	}
	return home, nil
}

// start returns the record of a Temporal that a client can use, and the start that made it.
func (r *run) start(base statefile.Home) (temporal fsm.Record, tie fsm.Command, err error) {
	o := &r.o.Options
	lent, err := o.Lent()
	if err != nil {
		return temporal, tie, err
	}
	self, err := proc.Identify(os.Getpid())
	if err != nil {
		return temporal, tie, cli.SystemProblem(err, "nothing was started")
	}
	err = installer.WithBinary(r.c, o, base, fsm.VerbStart, func() error {
		settings := o.Settings
		if settings.TemporalBin == "" {
			return config.NoBinary(base, settings.TemporalVersion)
		}
		settings.TemporalVersion = "" // its program lies in another home
		if err := r.check(base, fsm.Record{Settings: settings, Environment: lent}); err != nil {
			return err
		}
		if settings.DB != "" {
			settings.DB = r.home.DB()
		}
		tie = fsm.Command{
			Verb: fsm.VerbStart, Want: settings, Given: o.Given, Environment: lent, TiedTo: self,
			Patience: fsm.Millis(o.Timeout.Milliseconds()), Cause: lifecycle.Cause("run"),
		}
		temporal, err = lifecycle.StartTied(r.c, r.home, tie, r.signals)
		return err
	})
	return temporal, tie, err
}

// check tries the program, and copies the database, by what the home at base remembers.
func (r *run) check(base statefile.Home, next fsm.Record) error {
	if err := config.TryProgram(r.c, base, next); err != nil {
		return err
	}
	if err := tied.Remember(r.home, base, next.Settings.TemporalBin); err != nil {
		return cli.SystemProblem(err, "nothing was started")
	}
	if from := next.Settings.DB; from != "" {
		return r.copyDatabase(base, next, from)
	}
	return nil
}

// copyDatabase makes a copy of a database in the home, if Temporal can serve from it.
func (r *run) copyDatabase(base statefile.Home, next fsm.Record, from string) error {
	if !cli.Exists(from) {
		return unfit(&cli.Problem{What: "there is no database " + from, Exit: cli.ExitFailed}, "a file that Temporal has served from")
	}
	if err := lifecycle.CheckDatabase(fsm.Record{Settings: fsm.Settings{DB: from}}); err != nil {
		return unfit(err, "a file that Temporal has served from")
	}
	if err := lifecycle.CheckSchema(r.c, base, next); err != nil {
		return unfit(err, "a file that this version of Temporal has made, or the version that made it: --temporal-version V")
	}
	ctx, stop := cli.WithSignals(r.c.Context())
	defer stop()
	err := lifecycle.CopyDatabase(ctx, from, r.home.DB(), transfer.Silent)
	if err == nil {
		err = lifecycle.RecordCopy(r.c, r.home, next, r.home.DB())
	}
	if err != nil {
		return cli.SystemProblem(err, "nothing was started, and the database was not touched")
	}
	return nil
}

// unfit says of a database that it cannot be copied for a run, and what can be.
func unfit(err error, other string) error {
	if p, is := errors.AsType[*cli.Problem](err); is {
		p.Means, p.Try = "Temporal could not serve from a copy of it; nothing was started, and it was not touched", "--db with "+other
	}
	return err
}

func (r *run) keepSupervised(tie fsm.Command, temporal fsm.Record) {
	if err := lifecycle.KeepSupervised(r.c, r.home, tie, temporal); err != nil && !r.ends.Load() {
		cli.Warn(r.c, "Temporal is not supervised any more: %v", err)
	}
}

// remove ends Temporal and what the command has left, and removes the home, unless it is to be kept.
func (r *run) remove() {
	r.ends.Store(true)
	var both sync.WaitGroup
	both.Go(func() {
		if err := tied.EndGuests(r.home, guestGrace); err != nil {
			cli.Warn(r.c, "what the command has left was not ended: %v", err)
		}
	})
	both.Go(func() {
		if err := lifecycle.StopTied(r.c, r.home); err != nil {
			cli.Warn(r.c, "Temporal was not stopped: %v", err)
		}
	})
	both.Wait()
	if r.o.Keep {
		cli.Note(r.c, "Kept       %s", r.home)
		return
	}
	if err := tied.Remove(r.home); err != nil {
		cli.Warn(r.c, "the home of the run was not removed: %v", err)
	}
}

// guestGrace is how long what the command has left may take to end.
const guestGrace = 500 * time.Millisecond

// failed is an error with the status of a run whose command did not begin.
func failed(err error) error {
	if p, is := errors.AsType[*cli.Problem](err); is && p.Exit != cli.ExitUsage {
		p.Exit = cli.ExitNotRun
	}
	if status, is := errors.AsType[cli.Status](err); is && status != cli.ExitInterrupted { // of an installation
		return cli.Status(cli.ExitNotRun)
	}
	return err
}
