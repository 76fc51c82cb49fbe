package environment

import (
	"path"
	"slices"

	"github.com/stigmer/local/probes/proc"
)

// group is a part of what every Temporal gets, with the reason.
type group struct {
	why   string
	names []string
}

// groups are the variables that every Temporal gets. The names are patterns of path.Match.
var groups = []group{
	{"every program asks for these: where programs and files are, and whose they are",
		[]string{"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR"}},
	{"where a user's files are, for a wrapper around Temporal (XDG Base Directory Specification)",
		[]string{"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"}},
	{"where the shim of a version manager finds the program that it stands for",
		[]string{"ASDF_DIR", "ASDF_DATA_DIR", "MISE_DATA_DIR", "MISE_CONFIG_DIR"}},
	{"where the dynamic linker finds the libraries of a program from an unusual place",
		[]string{"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "NIX_LD", "NIX_LD_LIBRARY_PATH"}},
	{"the language and the characters of texts",
		[]string{"LANG", "LANGUAGE", "LC_*", "LOCALE_ARCHIVE", "__CF_USER_TEXT_ENCODING"}},
	{"the table of time zones, for schedules that name a zone (Go: time.LoadLocation)",
		[]string{"ZONEINFO"}},
	{"the certificates to trust (Go: crypto/x509, also as NixOS builds it)",
		[]string{"SSL_CERT_*", "NIX_SSL_CERT_FILE"}},
	{"how much of the machine a Go program may use, which its user sets (Go: runtime)",
		[]string{"GOMAXPROCS", "GOMEMLIMIT", "GOGC"}},
	{"the way out of this network (Go: net/http.ProxyFromEnvironment)",
		[]string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"}},
	{"whether Temporal asks its makers for a newer version",
		[]string{"TEMPORAL_VERSION_CHECK_DISABLED"}},
}

// own are the variables that are never passed on, whatever the patterns: the mark, the zone
// and the patterns are set anew, the other settings are this program's, and notifying a
// service manager (sd_notify(3)) is the supervisor's part.
var own = []string{"STIGMER_*", "TZ", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}

// shaping are the variables that would make Temporal, or a library in it, run otherwise.
// Of the variables that are kept away, only these are reported.
var shaping = []string{"TEMPORAL_*", "OTEL_*", "GRPC_GO_*", "GRPC_XDS_*", "GRPC_EXPERIMENTAL_*", "GRPC_ENFORCE_*", "SQLITE_TMPDIR", "GODEBUG", "LD_PRELOAD", "DYLD_INSERT_LIBRARIES"}

// forClients are variables of Temporal's that a server does not read: stigmer local env
// itself prints some of them.
var forClients = []string{
	"TEMPORAL_ADDRESS", "TEMPORAL_HTTP_ADDRESS", "TEMPORAL_METRICS_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE", "TEMPORAL_API_KEY",
	"TEMPORAL_TLS", "TEMPORAL_TLS_*", "TEMPORAL_CODEC_*", "TEMPORAL_GRPC_META_*",
}

// passVariable has the patterns in the environment of each Temporal that was started
// with some, by which a lost record is rebuilt.
const passVariable = "STIGMER_PASS_ENV"

// zone is the zone of every Temporal.
//
// Temporal's log has the local time without its zone (temporalcli/commands.go,
// preRun). Its reader may be in another zone than its writer, the zone of a machine can
// change, and at the end of summer time an hour comes twice: only in UTC
// is each of these times one moment. Little else in Temporal uses the zone. Its
// database is in UTC, and so are cron expressions and schedules that name no zone
// (common/backoff/cron.go, service/worker/scheduler/spec.go); one that names the zone
// "Local" gets UTC. The UI shows the browser's.
const zone = "TZ=UTC"

// matches reports whether a name fits one of the patterns.
func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		fits, err := path.Match(pattern, name)
		return err == nil && fits
	})
}

// always reports whether every Temporal gets the variable.
func always(name string) bool {
	return slices.ContainsFunc(groups, func(g group) bool { return matches(g.names, name) })
}

func isOwn(name string) bool { return name == proc.InstanceVariable || matches(own, name) }
