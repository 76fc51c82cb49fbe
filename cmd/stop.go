package cmd

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/homes"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/cmd/internal/lifecycle"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

func stopCommand() *cobra.Command {
	var e ending
	var all bool
	c := &cobra.Command{
		Use:   "stop",
		Short: "Stop Temporal, and return when nothing of it is left",
		Long: `Stop Temporal: SIGTERM to its whole process group, SIGKILL after the grace period,
descendants that left the group included. It returns when the kernel has released
temporal.lock, which proves that no process of the tree lives. It also works if the
supervisor is dead or does not answer.

--now gives Temporal no time to end by itself, which takes more than a second: SIGKILL ends
it at once. Its database then has all that was committed, as after a crash.

--all stops all homes that list shows, side by side, and prints a line for each. If one
cannot be stopped, the others are stopped all the same, and the exit status is 1. With
-o json it prints an object with the list results.

` + cli.ExitHelp,
		Example: `  stigmer local stop
  stigmer local stop --timeout 1s
  stigmer local stop --now
  stigmer local stop --all`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if all {
				return runStopAll(c, e)
			}
			return lifecycle.WithResult(c, func() error { return runStop(c, e) })
		},
	}
	endingFlags(c, "timeout", &e)
	c.Flags().BoolVar(&all, "all", false, "stop every home, those elsewhere too")
	cli.ResultFlag(c.Flags())
	return c
}

// ending is how a command ends a Temporal that runs.
type ending struct {
	grace time.Duration
	now   bool
}

// nowFlag is the flag of an ending without a grace period.
const nowFlag = "now"

func endingFlags(c *cobra.Command, grace string, e *ending) {
	graceFlag(c, grace, &e.grace)
	c.Flags().BoolVar(&e.now, nowFlag, false, "end Temporal by SIGKILL at once, without a grace period")
}

// check refuses a grace period, of the flag name, that is none, or beside --now.
func (e ending) check(c *cobra.Command, name string) error {
	if e.now && c.Flags().Changed(name) {
		return cli.UsageProblem(cli.Exclusive(nowFlag, name))
	}
	return checkGrace(name, e.grace)
}

// verb is what was typed of a command, for the history.
func (e ending) verb(verb string) string {
	if e.now {
		return verb + " --" + nowFlag
	}
	return verb
}

func graceFlag(c *cobra.Command, name string, grace *time.Duration) {
	standard := time.Duration(fsm.DefaultPolicy().Grace) * time.Millisecond
	c.Flags().DurationVar(grace, name, standard, "grace period: how long Temporal may take after SIGTERM before SIGKILL")
}

// checkGrace refuses a grace period, of the flag name, in which nothing could end.
func checkGrace(name string, grace time.Duration) error {
	if grace < time.Millisecond {
		return cli.UsageProblem(cli.BadFlag(name, "--%s %s is not a time of at least a millisecond", name, grace))
	}
	return nil
}

// runStopAll stops each home in which something may run, or was to run.
func runStopAll(c *cobra.Command, e ending) error {
	if err := e.check(c, "timeout"); err != nil {
		return err
	}
	for _, name := range []string{cli.HomeFlag, cli.NameFlag} {
		if c.Flags().Changed(name) {
			return cli.UsageProblem(cli.Exclusive("all", name))
		}
	}
	found := slices.DeleteFunc(homes.Find(), func(h inspect.HomeReport) bool {
		return h.Certain && h.State == fsm.Stopped && h.Desired == fsm.WantStopped
	})
	if len(found) == 0 && !cli.PrintsJSON(c) {
		fmt.Fprintln(cli.Success(c), "Nothing runs.")
		return nil
	}
	how := "--timeout=" + e.grace.String()
	if e.now {
		how = "--" + nowFlag
	}
	return lifecycle.StopAll(c, found, how)
}

func runStop(c *cobra.Command, e ending) error {
	if err := e.check(c, "timeout"); err != nil {
		return err
	}
	path, err := cli.HomePath()
	if err != nil {
		return err
	}
	if err := proc.Check(); err != nil {
		return cli.SystemProblem(err, "nothing was stopped")
	}
	home, there, err := statefile.FindHome(path)
	if err == nil && !there && evidence.HasServerWithoutHome(statefile.Gone(path)) {
		there = true // its locks are needed to stop what it has left
		home, err = statefile.OpenHome(path)
	}
	if err != nil {
		return cli.SystemProblem(err, "nothing was stopped")
	}
	if !there {
		cli.WarnUnknownName(c)
		fmt.Fprintf(cli.Success(c), "Nothing runs: there is no home %s.\n", path)
		return nil
	}
	if err := lifecycle.CheckExchange(home); err != nil {
		return err
	}
	return lifecycle.Run(c, home, fsm.Command{
		Verb: fsm.VerbStop, Grace: fsm.Millis(e.grace.Milliseconds()), Now: e.now, Cause: lifecycle.Cause(e.verb("stop")),
	}, nil)
}
