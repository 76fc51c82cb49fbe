package cmd

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// misspelt are the variables that are almost that of a flag, each with the right name.
// STIGMER_ alone says nothing: the Stigmer CLI and the services of a cluster have such
// variables too. So only underscores, letter case and an s at the end may differ.
func misspelt(environ []string, flags *pflag.FlagSet) (found []string) {
	known := map[string]string{}
	flags.VisitAll(func(f *pflag.Flag) { known[plainName(variableOf(f.Name))] = variableOf(f.Name) })
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

func warnOfMisspelt(c *cobra.Command) {
	for _, words := range misspelt(os.Environ(), c.Flags()) {
		warn(c, "%s", words)
	}
}

// otherYAML says of a file whose name is almost that of the settings that it is not read.
func otherYAML(config configFile) string {
	other := strings.TrimSuffix(config.path, ".yaml") + ".yml"
	if config.exists || filepath.Base(config.path) != configName || !exists(other) {
		return ""
	}
	return "; " + other + " is not read: the file is called " + configName
}
