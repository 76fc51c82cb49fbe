package cmd

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// TemporalVersion is the Temporal CLI that this version is tested with and that
// start and make provide.
const TemporalVersion = "v1.5.1"

// Version is set by the linker for a release; without it the module's version counts.
var Version string

func ownVersion() string {
	if Version != "" {
		return Version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func versionText() string {
	return fmt.Sprintf("stigmer %s (%s %s/%s), tested with Temporal CLI %s",
		ownVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, TemporalVersion)
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: noArguments,
		Example: `  stigmer local version`,
		RunE: func(c *cobra.Command, _ []string) error {
			fmt.Fprintln(c.OutOrStdout(), versionText())
			return nil
		},
	}
}
