package cmd

import (
	"github.com/spf13/cobra"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/doctor"
)

func doctorCommand() *cobra.Command {
	var fix bool
	var output string
	c := &cobra.Command{
		Use:   evidence.DoctorVerb,
		Short: "Check everything that a start needs, and advise what to do",
		Long: `Check the home and who may read it, its file system, the settings, the record, what
runs, the ports and who has them, the Temporal CLI, the database, the system's
limits, and what is left over. It prints a line for each check; "!!" marks a
problem, with what to do about it. It changes nothing, and does not open the database
of a running Temporal.

With --fix it does what is safe, and shows each act: it takes from others the right
to the home and the files in it, and removes a stale PID file and the temporary files
of writers that were killed. It stops, starts and deletes nothing else.

Exit status: 0 all is well, 1 something is wrong, 2 usage.`,
		Example: `  stigmer local doctor
  stigmer local doctor --fix
  stigmer local doctor -o json`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error { return doctor.Run(c, fix, output) },
	}
	c.Flags().BoolVar(&fix, "fix", false, "do what is safe, after showing it")
	cli.OutputFlag(c, &output)
	return c
}
