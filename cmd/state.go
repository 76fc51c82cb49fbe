package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/dashboard"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
)

// stateOptions is what the flags of state say.
type stateOptions struct {
	explain bool
	output  string
	watch   bool
	waitFor string
	timeout time.Duration
}

// stateOutputs are the forms in which a state is printed.
var stateOutputs = []string{"text", "json", "dot", "mermaid"}

func stateCommand() *cobra.Command {
	o := &stateOptions{}
	c := &cobra.Command{
		Use:   "state",
		Short: "Show the current state; with --explain, why, and what can happen next",
		Long: `Show the current state: the recorded one, checked against locks, processes, ports and
Temporal's own health. It changes nothing and waits for no lock.

-o dot and -o mermaid draw the machine as it is in the table, with the state that
it is in and the path that it took since it was last Stopped (✓ how often).

--watch shows the state, the evidence, the restarts and the latest log lines, and updates
them until q or Ctrl-C. If the output is no terminal, or with -o json, it prints a line
for each transition. The event "seen" is a state that no supervisor recorded: the first
line, for example.

--wait-for waits until Temporal is in this state, prints it and exits with 0, whichever
state it is; after --timeout it exits with 1.

` + cli.ExitHelp,
		Example: `  stigmer local state
  stigmer local state --explain
  stigmer local state -o json
  stigmer local state --watch
  stigmer local state --watch -o json | jq -r .to
  stigmer local state -o dot | dot -Tsvg >state.svg
  stigmer local state --wait-for Healthy --timeout 30s && make integration-test`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error { return runState(c, o) },
	}
	f := c.Flags()
	f.BoolVar(&o.explain, "explain", false, "show the evidence, the latest transitions, and what each command would do next")
	f.StringVarP(&o.output, "output", "o", "text", strings.Join(stateOutputs, ", "))
	f.BoolVarP(&o.watch, "watch", "w", false, "show the state as it changes, until q or Ctrl-C")
	f.StringVar(&o.waitFor, "wait-for", "", "wait until the state is this one: Healthy, Stopped, ...")
	f.DurationVar(&o.timeout, "timeout", time.Minute, "how long --wait-for waits; 0 for ever")
	return c
}

// check refuses flags that contradict each other.
func (o *stateOptions) check(c *cobra.Command) error {
	switch {
	case !slices.Contains(stateOutputs, o.output):
		return cli.BadFlag("output", "--output %q is none of %s", o.output, strings.Join(stateOutputs, ", "))
	case o.watch && c.Flags().Changed("wait-for"):
		return cli.Exclusive("watch", "wait-for")
	case o.watch && o.explain:
		return cli.Exclusive("watch", "explain")
	case o.watch && o.output != "text" && o.output != "json":
		return fmt.Errorf("--watch prints text or json, not %s", o.output)
	case c.Flags().Changed("timeout") && !c.Flags().Changed("wait-for"):
		return errors.New("--timeout is for --wait-for, which was not given")
	}
	return nil
}

func runState(c *cobra.Command, o *stateOptions) error {
	if err := o.check(c); err != nil {
		return cli.UsageProblem(err)
	}
	switch {
	case c.Flags().Changed("wait-for"):
		return runWait(c, o)
	case o.watch:
		return dashboard.Run(c, o.output == "json")
	}
	path, err := cli.HomePath()
	if err != nil {
		return inspect.CannotTell(err)
	}
	seen := inspect.TakeSnapshot(path)
	if seen.Trouble == nil || o.explain || o.output != "text" {
		if err := o.print(c.OutOrStdout(), seen); err != nil {
			return err
		}
	}
	if seen.Trouble != nil {
		return inspect.CannotTell(seen.Trouble)
	}
	if status := stateStatus(seen.Diagnosis().State); status != cli.ExitDone {
		return status
	}
	return nil
}

// print prints what was seen in the form that was asked for.
func (o *stateOptions) print(out io.Writer, s *inspect.Snapshot) error {
	report := s.Report()
	if draw, ok := dashboard.Draws[o.output]; ok {
		page := bufio.NewWriter(out)
		draw(dashboard.NewPicture(report.State, report.Reason, s.Document.History), page)
		return page.Flush()
	}
	if o.output == "json" {
		return cli.PrintJSON(out, report)
	}
	inspect.PrintState(out, report, o.explain)
	return nil
}

func stateStatus(s fsm.State) cli.Status {
	switch s {
	case fsm.Healthy:
		return cli.ExitDone
	case fsm.Stopped:
		return cli.ExitStopped
	case fsm.Degraded:
		return cli.ExitDegraded
	}
	return cli.ExitInBetween
}
