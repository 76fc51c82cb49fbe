package installer

import (
	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/install"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/statefile"
)

// CompleteVersions offers the one that this program is tested with, and those that are installed.
func CompleteVersions(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names := []cobra.Completion{cli.TemporalVersion}
	if path, err := cli.HomePath(); err == nil {
		installed, _ := install.Installed(statefile.Home(path))
		for _, v := range installed {
			names = append(names, string(v))
		}
	}
	return cli.Offer(names)
}
