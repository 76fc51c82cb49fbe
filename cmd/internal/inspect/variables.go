package inspect

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
)

// The variables of clients. No SDK reads the last two, which are for scripts and for Prometheus; they are no
// STIGMER_ ones, which would be settings of the next start.
const (
	addressVariable   = "TEMPORAL_ADDRESS"
	namespaceVariable = "TEMPORAL_NAMESPACE"
	httpVariable      = "TEMPORAL_HTTP_ADDRESS"
	metricsVariable   = "TEMPORAL_METRICS_ADDRESS"
)

// ClientVariables are the variables that lead a client to a Temporal, without values.
var ClientVariables = []human.Variable{{Name: addressVariable}, {Name: namespaceVariable}, {Name: httpVariable}, {Name: metricsVariable}}

// Variables are those of ClientVariables that lead a client to this Temporal. Its record may be too old to have the
// side ports.
func (c Contact) Variables(namespace string) []human.Variable {
	list := []human.Variable{{Name: addressVariable, Value: c.Address()}, {Name: namespaceVariable, Value: namespace}}
	for _, v := range []struct {
		name string
		port int
	}{{httpVariable, c.Ports.HTTP}, {metricsVariable, c.Ports.Metrics}} {
		if v.port != 0 {
			list = append(list, human.Variable{Name: v.name, Value: human.Dialable(c.Settings.IP, v.port)})
		}
	}
	return list
}

// WarnCompanions names the variables of the Temporal configuration that are set
// as well: an API key or TLS that is meant for a cluster would be used here too.
func WarnCompanions(c *cobra.Command) {
	var set []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		for _, prefix := range []string{"TEMPORAL_API_KEY", "TEMPORAL_TLS", "TEMPORAL_CODEC_", "TEMPORAL_GRPC_META_"} {
			if strings.HasPrefix(name, prefix) {
				set = append(set, name)
			}
		}
	}
	if len(set) > 0 {
		slices.Sort(set)
		cli.Warn(c, "clients would use these for the local Temporal as well: %s", strings.Join(set, ", "))
	}
}
