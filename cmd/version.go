package cmd

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
	"github.com/stigmer/local/cmd/internal/cli"
)

func versionText() string {
	return fmt.Sprintf("stigmer %s (%s %s/%s), tested with Temporal CLI %s",
		cli.OwnVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, cli.TemporalVersion)
}

// VersionReport is what version -o json prints.
type VersionReport struct {
	Schema  int    `json:"schema"`
	Version string `json:"version"`
	// Go made the program, for OS and Arch.
	Go   string `json:"go"`
	OS   string `json:"os"`
	Arch string `json:"arch"`
	// Temporal is the version of the Temporal CLI that this one is tested with.
	Temporal string `json:"temporal"`
}

func versionCommand() *cobra.Command {
	output := ""
	c := &cobra.Command{
		Use: "version", Short: "Print the version", Args: cli.NoArguments,
		Example: `  stigmer local version
  stigmer local version -o json`,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := cli.CheckOutput(output); err != nil {
				return err
			}
			if output == "json" {
				return cli.PrintJSON(c.OutOrStdout(), VersionReport{1, cli.OwnVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, cli.TemporalVersion})
			}
			fmt.Fprintln(c.OutOrStdout(), versionText())
			return nil
		},
	}
	cli.OutputFlag(c, &output)
	return c
}
