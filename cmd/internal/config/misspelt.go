package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
)

// Misspelt are the variables that are almost that of a flag, each with the right name.
// STIGMER_ alone says nothing: the Stigmer CLI and the services of a cluster have such
// variables too. So only underscores, letter case and an s at the end may differ.
func Misspelt(environ []string, flags *pflag.FlagSet) (found []string) {
	known := map[string]string{}
	flags.VisitAll(func(f *pflag.Flag) { known[plainName(VariableOf(f.Name))] = VariableOf(f.Name) })
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		right := known[plainName(name)]
		if value != "" && right != "" && name != right && os.Getenv(right) == "" {
			found = append(found, name+" is no setting and is ignored; it is "+right)
		}
	}
	slices.Sort(found)
	return found
}

func plainName(variable string) string {
	return strings.TrimSuffix(strings.ReplaceAll(strings.ToUpper(variable), "_", ""), "S")
}

// WarnOfMisspelt warns of each variable whose name is almost that of a flag.
func WarnOfMisspelt(c *cobra.Command) {
	for _, words := range Misspelt(os.Environ(), c.Flags()) {
		cli.Warn(c, "%s", words)
	}
}

// OtherYAML says of a file whose name is almost that of the settings that it is not read.
func OtherYAML(config File) string {
	other := strings.TrimSuffix(config.Path, ".yaml") + ".yml"
	if config.Exists || filepath.Base(config.Path) != FileName || !cli.Exists(other) {
		return ""
	}
	return "; " + other + " is not read: the file is called " + FileName
}
