package cmd

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/fsm"
)

func stateCommand() *cobra.Command {
	var explain bool
	var output string
	c := &cobra.Command{
		Use:   "state",
		Short: "Say what is so, and with --explain why and what comes next",
		Long: `Say what is so: the state as it is now, held against locks, processes, ports and
Temporal's own health. It changes nothing and waits for no lock.

` + exitHelp,
		Example: `  stigmer local state
  stigmer local state --explain
  stigmer local state -o json`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return runState(c, explain, output) },
	}
	c.Flags().BoolVar(&explain, "explain", false, "each piece of evidence, how it came here, and what would happen next")
	c.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	return c
}

func runState(c *cobra.Command, explain bool, output string) error {
	if err := checkOutput(output); err != nil {
		return err
	}
	path, err := homePath()
	if err != nil {
		return cannotTell(err)
	}
	seen := look(path)
	report := seen.report()
	if output == "json" {
		if err := printJSON(c.OutOrStdout(), report); err != nil {
			return systemProblem(err, "the state could not be printed")
		}
	} else if seen.trouble == nil || explain {
		printState(c.OutOrStdout(), report, explain)
	}
	if seen.trouble != nil {
		return cannotTell(seen.trouble)
	}
	if status := stateStatus(report.State); status != ExitDone {
		return status
	}
	return nil
}

// cannotTell is the answer where looking itself is refused.
func cannotTell(err error) *Problem {
	problem, ok := errors.AsType[*Problem](err)
	if !ok {
		problem = systemProblem(err, "the state cannot be told")
	}
	problem.Exit = ExitPermission
	return problem
}

func stateStatus(s fsm.State) Status {
	switch s {
	case fsm.Healthy:
		return ExitDone
	case fsm.Stopped:
		return ExitStopped
	case fsm.Degraded:
		return ExitDegraded
	}
	return ExitInBetween
}
