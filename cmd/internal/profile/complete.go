package profile

import (
	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
)

// CompleteNames offers the profiles of the configuration file that --profile would write into,
// and the name that the documentation uses.
func CompleteNames(c *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names := []cobra.Completion{"local"}
	file := c.Flag("file").Value.String()
	if path, err := profilePath(file); err == nil {
		if text, err := cli.ReadOwn(path); err == nil {
			names = append(names, profileNames(text)...)
		}
	}
	return cli.Offer(names)
}
