package cmd

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/databases"
)

func resetCommand() *cobra.Command {
	var yes bool
	var grace time.Duration
	c := &cobra.Command{
		Use:   evidence.ResetVerb,
		Short: "Begin with a new database, and keep the old one",
		Long: `Stop Temporal and move its database aside under a dated name, so that the next
start makes a new one. Nothing is deleted, and the commands that bring the old one
back are printed. It asks before it does anything; without a terminal it needs --yes.

The database is the one that was used last, also if --db named it.

Exit status: 0 done or nothing to do, 1 failed or not confirmed, 2 usage, 4 permission,
130 interrupted.`,
		Example: `  stigmer local reset
  stigmer local reset --yes && stigmer local start`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkGrace("timeout", grace); err != nil {
				return err
			}
			return databases.Reset(c, yes, grace)
		},
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	graceFlag(c, "timeout", &grace)
	return c
}
