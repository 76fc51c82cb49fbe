package cmd

import (
	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/cmd/internal/installer"
	"github.com/stigmer/local/cmd/internal/lifecycle"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

func restartCommand() *cobra.Command {
	o := &config.Options{Restarts: true}
	var e ending
	c := &cobra.Command{
		Use:   "restart",
		Short: "Stop Temporal and start it with the same settings",
		Long: `Stop Temporal if it runs, then start it with the recorded settings. A flag, its
environment variable or a line of a settings file changes the one setting that it names.
Temporal gets the recorded variables again; --pass-env takes them from this environment.
With --now the Temporal that runs is ended by SIGKILL at once, without a grace period.
An empty value takes a setting back: --search-attribute '' for a list, --ui-ip '' for a text.

` + cli.ExitHelp,
		Example: `  stigmer local restart
  stigmer local restart --now
  stigmer local restart --port 7333
  stigmer local restart --dynamic-config-value ''`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return lifecycle.WithResult(c, func() error { return runRestart(c, o, e) })
		},
	}
	o.AddFlags(c.Flags())
	endingFlags(c, "grace", &e)
	config.ResultFlag(c.Flags())
	groupFlags(c)
	return c
}

func runRestart(c *cobra.Command, o *config.Options, e ending) error {
	if err := e.check(c, "grace"); err != nil {
		return err
	}
	home, err := lifecycle.Prepare(c, o)
	if err != nil {
		return err
	}
	lent, err := o.Lent()
	if err != nil {
		return err
	}
	// What is missing is provided before the stop, not after it.
	return installer.WithBinary(c, o, home, fsm.VerbRestart, func() error { return restart(c, o, home, lent, e) })
}

func restart(c *cobra.Command, o *config.Options, home statefile.Home, lent fsm.Environment, e ending) error {
	document, _ := (statefile.File{Home: home}).Load() // run reports what is wrong with it
	if err := o.CheckUIPort(document.Generation > 0); err != nil {
		return o.Blame(err)
	}
	o.KeepLent(document.Record)
	recorded := document.Settings.TemporalBin
	_, err := config.Runnable(recorded)
	if err != nil {
		o.KeepVersion(home, document.Settings)
	}
	switch {
	case o.Settings.TemporalBin == "" && (err != nil || o.Given.Has(config.VersionFlag)):
		return config.NoBinary(home, o.Settings.TemporalVersion)
	case recorded != "" && err != nil:
		o.Given = fsm.MakeNames(append(o.Given.List(), "temporal-bin"))
	}
	command := fsm.Command{
		Verb: fsm.VerbRestart, Want: o.Settings, Given: o.Given, Environment: lent, Grace: fsm.Millis(e.grace.Milliseconds()), Now: e.now,
		Patience: fsm.Millis(o.Timeout.Milliseconds()), Cause: lifecycle.Cause(e.verb("restart")),
	}
	// These checks come before the stop: with a program that does not run, a file that Temporal
	// cannot serve from, or a port that another program has, nothing would run after it.
	next := command.Next(document.Record)
	if err := o.CheckSetup(next.Settings); err != nil {
		return err
	}
	if err := lifecycle.CheckDatabase(next); err != nil {
		return err
	}
	if err := config.TryProgram(c, home, next); err != nil {
		return err
	}
	if err := lifecycle.CheckSchema(c, home, next); err != nil {
		return err
	}
	if err := lifecycle.CheckObstacle(home, command.Wanted(document.Record)); err != nil {
		return err
	}
	if err := inspect.CheckLogFiles(home, false); err != nil {
		return err
	}
	if err := lifecycle.CheckSetup(c, home, document.Settings, next.Settings); err != nil {
		return err
	}
	return lifecycle.Run(c, home, command, nil)
}
