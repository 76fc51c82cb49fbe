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

// serviceLink reports whether the value of a port's variable was set by Kubernetes, or by
// Docker's links, for a service called stigmer or stigmer-ui: then STIGMER_PORT is the
// service's address, and no setting. Such a value is tcp://10.0.0.1:7233.
func serviceLink(f *pflag.Flag, value string) bool {
	scheme, _, found := strings.Cut(value, "://")
	return found && strings.HasSuffix(f.Name, "port") && slices.Contains([]string{"tcp", "udp", "sctp"}, scheme)
}

// linkWords says why the variable of a service link is ignored.
func linkWords(name string) string {
	return name + "=" + os.Getenv(name) + " is the address of a service of that name, set by Kubernetes or Docker, and no setting: it is ignored"
}

// IgnoredVariables says of each variable that is no setting, but looks like one of these
// flags, why it is ignored: it is a service link, or almost the name of a flag's variable.
// STIGMER_ alone says nothing: the Stigmer CLI and the services of a cluster have such
// variables too. So only underscores, letter case and an s at the end may differ.
func IgnoredVariables(flags *pflag.FlagSet) (found []string) {
	known := map[string]string{}
	flags.VisitAll(func(f *pflag.Flag) {
		name := VariableOf(f.Name)
		known[plainName(name)] = name
		if serviceLink(f, os.Getenv(name)) {
			found = append(found, linkWords(name)+" (enableServiceLinks: false, or another name for the service, ends that)")
		}
	})
	for _, entry := range slices.Sorted(slices.Values(os.Environ())) {
		name, value, _ := strings.Cut(entry, "=")
		right := known[plainName(name)]
		if value != "" && right != "" && name != right && os.Getenv(right) == "" {
			found = append(found, name+" is no setting and is ignored; it is "+right)
		}
	}
	return found
}

func plainName(variable string) string {
	return strings.TrimSuffix(strings.ReplaceAll(strings.ToUpper(variable), "_", ""), "S")
}

// WarnOfIgnored warns of each variable that is ignored although it looks like a setting.
func WarnOfIgnored(c *cobra.Command) {
	for _, words := range IgnoredVariables(c.Flags()) {
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
