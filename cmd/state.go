package cmd

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/dashboard"
)

func stateCommand() *cobra.Command {
	o := &dashboard.Options{}
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
		RunE: func(c *cobra.Command, _ []string) error { return dashboard.Run(c, o) },
	}
	f := c.Flags()
	f.BoolVar(&o.Explain, "explain", false, "show the evidence, the latest transitions, and what each command would do next")
	f.StringVarP(&o.Output, "output", "o", "text", strings.Join(dashboard.Outputs, ", "))
	f.BoolVarP(&o.Watch, "watch", "w", false, "show the state as it changes, until q or Ctrl-C")
	f.StringVar(&o.WaitFor, "wait-for", "", "wait until the state is this one: Healthy, Stopped, ...")
	f.DurationVar(&o.Timeout, "timeout", time.Minute, "how long --wait-for waits; 0 for ever")
	return c
}
