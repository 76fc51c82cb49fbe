package cmd

import (
	"github.com/spf13/cobra"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/lifecycle"
)

// superviseCommand is what start runs in the background. It is found by its
// name in the process list, and of no use to people.
func superviseCommand() *cobra.Command {
	return &cobra.Command{
		Use: evidence.SuperviseVerb, Hidden: true, Args: cli.NoArguments,
		Short: "Supervise Temporal (start runs this in the background)",
		RunE:  func(c *cobra.Command, _ []string) error { return lifecycle.Supervise(cli.VoiceOf(c)) },
	}
}
