package config

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/environment"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/statefile"
)

// CompleteVariables offers the variables of this environment that --pass-env takes.
func CompleteVariables(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); environment.CheckPattern(name) == "" {
			names = append(names, name)
		}
	}
	return cli.Offer(names)
}

// CompleteNamespaces offers those that the record names. It makes no home, takes no lock
// and asks no server: a shell waits for it.
func CompleteNamespaces(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	names := []cobra.Completion{"default"}
	if path, err := cli.HomePath(); err == nil {
		if home, there, err := statefile.FindHome(path); err == nil && there {
			if document, err := (statefile.File{Home: home}).Load(); err == nil {
				names = append(names, document.Settings.Namespaces.List()...)
			}
		}
	}
	return cli.Offer(names)
}
