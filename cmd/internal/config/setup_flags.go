package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/pflag"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/temporal"
)

// setupFlags declares what is to be in the database.
func (o *Options) setupFlags(f *pflag.FlagSet) {
	s := &o.Settings.Setup
	f.StringArrayVar(&o.namespaces, "namespace", nil, "namespace to create besides default; may be repeated")
	listVar(f, &s.SearchAttributes, "search-attribute", "name=type", parseAttribute, "search attribute of each namespace, or NAMESPACE:NAME=TYPE of one; the types are "+strings.Join(AttributeTypes, ", "))
	f.Var(&cli.Value[fsm.Millis]{To: &s.Retention, Kind: "duration", Parse: parseRetention, Show: showRetention}, "retention", "how long the namespaces keep closed workflows, such as 720h or 30d (default 24h where Temporal makes one)")
}

// AttributeTypes are the types of search attributes that start-dev knows.
var AttributeTypes = temporal.AttributeTypes[1:]

// reservedAttributes, and all that begin with Temporal, are the server's own (sadefs.IsReserved of the server
// 1.31): it refuses to add one, and a new database would have one that no workflow can set.
var reservedAttributes = []string{
	"WorkflowId", "RunId", "WorkflowType", "StartTime", "ExecutionTime", "CloseTime", "ExecutionStatus", "TaskQueue", "HistoryLength",
	"ExecutionDuration", "StateTransitionCount", "HistorySizeBytes", "ParentWorkflowId", "ParentRunId", "RootWorkflowId", "RootRunId",
	"BinaryChecksums", "BuildIds", "BatcherNamespace", "BatcherUser", "NamespaceId", "MemoEncoding", "Memo", "VisibilityTaskKey",
}

// parseAttribute takes a type in any case, as Temporal does.
func parseAttribute(text string) (string, error) {
	name, kind, found := strings.Cut(text, "=")
	if !found {
		return "", fmt.Errorf("%q is not NAME=TYPE", text)
	}
	namespace, own, one := strings.Cut(name, ":")
	if !one {
		own = name
	}
	at := slices.IndexFunc(AttributeTypes, func(known string) bool { return strings.EqualFold(known, kind) })
	switch {
	case one && namespace == "", own == "", strings.TrimSpace(own) != own, strings.Contains(own, ":"):
		return "", fmt.Errorf("%q is not NAME=TYPE, or NAMESPACE:NAME=TYPE", text)
	case strings.ContainsFunc(own, func(r rune) bool { return r == '`' || unicode.IsControl(r) }):
		return "", fmt.Errorf("%q has a character that no query could name", own)
	case slices.Contains(reservedAttributes, own), strings.HasPrefix(own, "Temporal"):
		return "", fmt.Errorf("%s is the name of one of Temporal's own search attributes", own)
	case at < 0:
		return "", fmt.Errorf("%q is no type of a search attribute; the types are %s", kind, strings.Join(AttributeTypes, ", "))
	}
	return name + "=" + AttributeTypes[at], nil
}

// roomFor is how many search attributes of a type one namespace has room for (sadefs,
// defaultNumDBCustomSearchAttributes).
func roomFor(kind string) int {
	if kind == "Keyword" {
		return 10
	}
	return 3
}

// checkAttributes refuses those that one namespace cannot have together.
func checkAttributes(attributes []string, namespace string) error {
	kinds, number := map[string]string{}, map[string]int{}
	for _, attribute := range attributes {
		name, kind, _ := strings.Cut(attribute, "=")
		if of, own, one := strings.Cut(name, ":"); one {
			if of != namespace {
				continue
			}
			name = own
		}
		switch before := kinds[name]; before {
		case kind:
		case "":
			kinds[name] = kind
			if number[kind]++; number[kind] > roomFor(kind) {
				return cli.BadFlag("search-attribute", "--search-attribute %s is one too many: a namespace has room for %d of type %s", attribute, roomFor(kind), kind)
			}
		default:
			return cli.BadFlag("search-attribute", "--search-attribute %s is both %s and %s", name, before, kind)
		}
	}
	return nil
}

// The retention that a server takes: less is refused, unless its dynamic configuration allows that, and more
// is cut without a word (system.namespaceMinRetentionLocal; timestamp.ValidateAndCapProtoDuration).
const (
	shortestRetention = time.Hour
	longestRetention  = 100 * 365 * 24 * time.Hour
)

// parseRetention takes days as temporal operator namespace update does, and 0 for what Temporal sets.
func parseRetention(text string) (fsm.Millis, error) {
	d, err := human.ParseDays(text)
	switch {
	case err != nil:
	case d < 0, d%time.Second != 0:
		err = fmt.Errorf("%s is not a time of whole seconds, such as 720h or 30d", text)
	case d > longestRetention:
		err = fmt.Errorf("%s is more than 100 years, the longest that Temporal keeps", text)
	}
	return fsm.Millis(d.Milliseconds()), err
}

func showRetention(m fsm.Millis) string {
	if m == 0 {
		return ""
	}
	return (time.Duration(m) * time.Millisecond).String()
}
