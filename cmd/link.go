package cmd

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// linkSchemes begin the value of a service link: tcp://10.0.0.1:7233.
var linkSchemes = []string{"tcp", "udp", "sctp"}

// serviceLink reports whether the value of a flag's variable was set by Kubernetes, or by
// Docker's links, for a service called stigmer or stigmer-ui: then STIGMER_PORT is the
// service's address, and no setting.
func serviceLink(f *pflag.Flag, value string) bool {
	scheme, _, found := strings.Cut(value, "://")
	_, port := f.Value.(*portValue)
	return port && found && slices.Contains(linkSchemes, scheme)
}

// serviceLinks are the variables of flags that hold a service link.
func serviceLinks(flags *pflag.FlagSet) (names []string) {
	flags.VisitAll(func(f *pflag.Flag) {
		if serviceLink(f, os.Getenv(variableOf(f.Name))) {
			names = append(names, variableOf(f.Name))
		}
	})
	return names
}

// linkWords says why a variable is ignored.
func linkWords(name string) string {
	return name + "=" + os.Getenv(name) + " is the address of a service of that name, set by Kubernetes or Docker, and no setting: it is ignored"
}

// warnOfLinks warns of each service link that is ignored.
func warnOfLinks(c *cobra.Command) {
	for _, name := range serviceLinks(c.Flags()) {
		warn(c, "%s (enableServiceLinks: false, or another name for the service, ends that)", linkWords(name))
	}
}
