package cmd

import (
	"github.com/spf13/cobra"
	"github.com/stigmer/local/fsm"
)

// provideCommand is what start and restart run where there is no Temporal CLI.
func provideCommand() *cobra.Command {
	var verb string
	c := &cobra.Command{
		Use: provideVerb, Hidden: true, Args: noArguments,
		Short: "Install the Temporal CLI if there is none (start runs this)",
		RunE:  func(c *cobra.Command, _ []string) error { return runProvide(c, fsm.Verb(verb)) },
	}
	c.Flags().StringVar(&verb, forFlag, string(fsm.VerbStart), "the command that wants it")
	return c
}
