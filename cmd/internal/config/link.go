package config

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stigmer/local/cmd/internal/cli"
)

// linkSchemes begin the value of a service link: tcp://10.0.0.1:7233.
var linkSchemes = []string{"tcp", "udp", "sctp"}

// serviceLink reports whether the value of a flag's variable was set by Kubernetes, or by
// Docker's links, for a service called stigmer or stigmer-ui: then STIGMER_PORT is the
// service's address, and no setting.
func serviceLink(f *pflag.Flag, value string) bool {
	scheme, _, found := strings.Cut(value, "://")
	return strings.HasSuffix(f.Name, "port") && found && slices.Contains(linkSchemes, scheme)
}

// ServiceLinks are the variables of flags that hold a service link.
func ServiceLinks(flags *pflag.FlagSet) (names []string) {
	flags.VisitAll(func(f *pflag.Flag) {
		if serviceLink(f, os.Getenv(VariableOf(f.Name))) {
			names = append(names, VariableOf(f.Name))
		}
	})
	return names
}

// LinkWords says why a variable is ignored.
func LinkWords(name string) string {
	return name + "=" + os.Getenv(name) + " is the address of a service of that name, set by Kubernetes or Docker, and no setting: it is ignored"
}

// WarnOfLinks warns of each service link that is ignored.
func WarnOfLinks(c *cobra.Command) {
	for _, name := range ServiceLinks(c.Flags()) {
		cli.Warn(c, "%s (enableServiceLinks: false, or another name for the service, ends that)", LinkWords(name))
	}
}
