package cmd

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func versionText() string {
	return fmt.Sprintf("stigmer %s (%s %s/%s), tested with Temporal CLI %s",
		ownVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, TemporalVersion)
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
		Use: "version", Short: "Print the version", Args: noArguments,
		Example: `  stigmer local version
  stigmer local version -o json`,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			if output == "json" {
				return printJSON(c.OutOrStdout(), VersionReport{1, ownVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, TemporalVersion})
			}
			fmt.Fprintln(c.OutOrStdout(), versionText())
			return nil
		},
	}
	outputFlag(c, &output)
	return c
}
