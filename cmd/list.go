package cmd

import (
	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/homes"
)

func listCommand() *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:   "list",
		Short: "List every home with its state, addresses and database",
		Long: `List every home of this user, whether its Temporal runs or not: the default one, those with
names, and the one that commands here are about. A home elsewhere is listed while its
Temporal or its supervisor runs. list reads records and locks and asks no Temporal: state
does, for one home.

Exit status: 0 done, 1 failed, 2 usage.`,
		Example: `  stigmer local list
  stigmer local list -o json | jq -r '.homes[] | select(.pid > 0) | .address'`,
		Args: cli.NoArguments,
		RunE: func(c *cobra.Command, _ []string) error { return homes.List(c, output) },
	}
	cli.OutputFlag(c, &output)
	return c
}
