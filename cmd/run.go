package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/lifecycle"
	"github.com/stigmer/local/cmd/internal/oneshot"
)

func runCommand() *cobra.Command {
	o := &oneshot.Options{}
	c := &cobra.Command{
		Use:   evidence.RunVerb + " [flags] -- COMMAND [ARG]...",
		Short: "Run a command with a Temporal of its own, and leave nothing of it",
		Long: `Run a command with a Temporal of its own: in memory, on free ports, in a home of its own.
The command begins when a client can work, with TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and
STIGMER_HOME in its environment, and with this terminal. When it ends, Temporal is stopped,
the home is removed, and run ends with the status of the command, which is 128 and the
signal's number if a signal ended it.

Nothing is left, whatever is killed: if this process dies, the supervisor ends Temporal and the
command, and if both die at once, a process that waits for that does. What the command leaves
running is ended with it: each process that has this STIGMER_HOME in its environment.

A signal that this process gets is passed on to the command; one second after the second one the
command is killed. A command that fails is followed by the last warnings of Temporal. --keep
keeps the home, with the log. --db FILE has Temporal work on a copy of a database.

The flags are those of start, with its variables and files, but for the ports and the database:
for those only what is typed counts. The settings, and the Temporal CLI, are those of the home
that --home or --name names.

Exit status: that of the command; 125 if Temporal could not be started, 126 if the command
cannot be run, 127 if there is none, 2 usage.
`,
		Example: `  stigmer local run -- go test ./...
  stigmer local run --namespace orders --search-attribute CustomerId=Keyword -- pytest
  stigmer local run --db testdata/fixture.db -- npm test
  stigmer local run --keep -- sh -c 'env | grep ^TEMPORAL_'`,
		Args: func(c *cobra.Command, words []string) error {
			if len(words) == 0 {
				return cli.UsageProblem(fmt.Errorf("%s was given no command to run", c.CommandPath()))
			}
			return nil
		},
		RunE: func(c *cobra.Command, words []string) error { return oneshot.Run(c, o, words) },
	}
	o.RunFlags(c.Flags())
	c.Flags().BoolVar(&o.Keep, "keep", false, "keep the home of the run, with the log")
	c.Flags().SetInterspersed(false) // what follows the command is the command's
	groupFlags(c)
	return c
}

// caretakeCommand is what run has in the background for the case that it is killed. It is of no use to people.
func caretakeCommand() *cobra.Command {
	return &cobra.Command{
		Use: evidence.CaretakeVerb, Hidden: true, Args: cli.NoArguments,
		Short: "Take a home over whose run has died (run starts this in the background)",
		RunE:  func(c *cobra.Command, _ []string) error { return lifecycle.Caretake(c) },
	}
}
