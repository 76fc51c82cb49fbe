package cmd

import (
	"github.com/spf13/cobra"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/installer"
	"github.com/stigmer/local/fsm"
)

// provideCommand is what start and restart run where there is no Temporal CLI.
func provideCommand() *cobra.Command {
	var verb string
	c := &cobra.Command{
		Use: installer.ProvideVerb, Hidden: true, Args: cli.NoArguments,
		Short: "Install the Temporal CLI if there is none (start runs this)",
		RunE:  func(c *cobra.Command, _ []string) error { return installer.RunProvide(c, fsm.Verb(verb)) },
	}
	c.Flags().StringVar(&verb, installer.ForFlag, string(fsm.VerbStart), "the command that wants it")
	return c
}
