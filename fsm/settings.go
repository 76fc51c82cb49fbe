package fsm

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Names is a list of names as a comparable value: joined by commas (no namespace
// or flag contains one), a JSON array outside.
type Names string

// MakeNames joins a list.
func MakeNames(list []string) Names { return Names(strings.Join(list, ",")) }

// List splits the names; it is empty, not nil, for none.
func (n Names) List() []string {
	if n == "" {
		return []string{}
	}
	return strings.Split(string(n), ",")
}

// MarshalJSON writes a JSON array of strings.
func (n Names) MarshalJSON() ([]byte, error) { return json.Marshal(n.List()) }

// UnmarshalJSON reads a JSON array of strings.
func (n *Names) UnmarshalJSON(data []byte) error {
	var list []string
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	*n = MakeNames(list)
	return nil
}

// Settings is how Temporal is to be run. Times are in milliseconds.
type Settings struct {
	IP string `json:"ip"`
	// Port and UIPort are 0 where the supervisor is to draw a free port, until it has: see Record.Asked.
	Port   int `json:"port"`
	UIPort int `json:"ui_port"`
	// HTTPPort and MetricsPort are 0 where the supervisor may draw a free port: see Record.Ports.
	HTTPPort    int `json:"http_port"`
	MetricsPort int `json:"metrics_port"`
	// DB is the database file's absolute path, empty for --ephemeral.
	DB          string `json:"db"`
	Headless    bool   `json:"headless"`
	Namespaces  Names  `json:"namespaces"`
	TemporalBin string `json:"temporal_bin"`
	// TemporalVersion is the version of the Temporal CLI that was asked for, as in "v1.8.2":
	// TemporalBin is its program in the home, empty if it is to be installed. It is empty where
	// no version was asked for.
	TemporalVersion string `json:"temporal_version"`
	// PassEnv are the variables, by name or pattern, that Temporal gets besides those that
	// it always gets.
	PassEnv Names  `json:"pass_env"`
	Policy  Policy `json:"policy"`
	ServerLog
	ServerFlags
	Setup
}

// ServerLog is how Temporal writes its log. A record of an older version has neither field.
type ServerLog struct {
	// LogLevel is the least grave level that is logged: debug, info, warn, error or never.
	LogLevel string `json:"temporal_log_level"`
	// LogFormat is text or json, a line each.
	LogFormat string `json:"temporal_log_format"`
}

// DefaultServerLog is the log that Temporal wrote before it could be chosen.
var DefaultServerLog = ServerLog{LogLevel: "warn", LogFormat: "text"}

// Known is l with the default for what a record does not have.
func (l ServerLog) Known() ServerLog {
	return ServerLog{cmp.Or(l.LogLevel, DefaultServerLog.LogLevel), cmp.Or(l.LogFormat, DefaultServerLog.LogFormat)}
}

// Difference is one setting that a request wants otherwise than it is.
type Difference struct {
	Name, Have, Want string
	// Lacks and Has are what a list that is a setting lacks, and has besides.
	Lacks, Has []string
}

// String names the difference as a flag.
func (d Difference) String() string {
	lacks, has := quotedAll(d.Lacks), quotedAll(d.Has)
	switch {
	case lacks != "" && has != "":
		return fmt.Sprintf("--%s lacks %s, and has %s, which was not asked for", d.Name, lacks, has)
	case lacks != "":
		return fmt.Sprintf("--%s lacks %s", d.Name, lacks)
	case has != "":
		return fmt.Sprintf("--%s has %s, which was not asked for", d.Name, has)
	}
	return fmt.Sprintf("--%s is %s, asked for %s", d.Name, quoted(d.Have), quoted(d.Want))
}

// quoted has single quotes around JSON, which can be read and typed.
func quoted(s string) string {
	switch {
	case strings.ContainsAny(s, "\"{[") && !strings.ContainsAny(s, "'\n\r\t"):
		return "'" + s + "'"
	case s == "" || strings.ContainsAny(s, " \t\r\n\"'"):
		return fmt.Sprintf("%q", s)
	}
	return s
}

func quotedAll(list []string) string {
	var all []string
	for _, s := range list {
		all = append(all, quoted(s))
	}
	return strings.Join(all, " and ")
}

// field is one setting that a flag can give.
type field struct {
	name string
	show func(Settings) string
	take func(to *Settings, from Settings)
	// list is nil for a setting that is no list of texts, and ordered says that their order means something.
	list    func(Settings) []string
	ordered bool
}

// setting makes a field of a place in Settings.
func setting[T any](name string, at func(*Settings) *T) field {
	return field{name: name, show: func(s Settings) string { return fmt.Sprint(*at(&s)) }, take: func(to *Settings, from Settings) { *at(to) = *at(&from) }}
}

// texts makes a field of a list in Settings.
func texts(name string, at func(*Settings) *Texts) field {
	f := setting(name, at)
	f.list = func(s Settings) []string { return at(&s).List() }
	f.show = func(s Settings) string { return strings.Join(f.list(s), " ") }
	return f
}

// orderedTexts is texts for a list whose order means something.
func orderedTexts(name string, at func(*Settings) *Texts) field {
	f := texts(name, at)
	f.ordered = true
	return f
}

// namespaces shows each once, in one order, and not default, which is there whether it was asked for or not.
func namespaces(s Settings) string {
	names := slices.Compact(slices.Sorted(slices.Values(s.Namespaces.List())))
	return strings.Join(slices.DeleteFunc(names, func(name string) bool { return name == "default" }), ",")
}

// retention shows hours, as it is given.
func retention(s Settings) string {
	const hour = Millis(60 * 60 * 1000)
	switch r := s.Retention; {
	case r == 0:
		return "(default)"
	case r%hour == 0:
		return fmt.Sprintf("%dh", r/hour)
	default:
		return r.String()
	}
}

// fields lists the settings in the order in which differences are reported. The names are those
// of the flags.
var fields = []field{
	setting("ip", func(s *Settings) *string { return &s.IP }),
	setting("port", func(s *Settings) *int { return &s.Port }),
	setting("ui-port", func(s *Settings) *int { return &s.UIPort }),
	setting("http-port", func(s *Settings) *int { return &s.HTTPPort }),
	setting("metrics-port", func(s *Settings) *int { return &s.MetricsPort }),
	{name: "db", show: func(s Settings) string { return cmp.Or(s.DB, "(ephemeral)") }, take: func(to *Settings, from Settings) { to.DB = from.DB }},
	setting("headless", func(s *Settings) *bool { return &s.Headless }),
	{name: "namespace", show: namespaces, take: func(to *Settings, from Settings) { to.Namespaces = from.Namespaces }},
	{name: "temporal-bin", show: func(s Settings) string { return s.TemporalBin }, take: takeProgram},
	{name: "temporal-version", show: func(s Settings) string { return s.TemporalVersion }, take: takeProgram},
	setting("pass-env", func(s *Settings) *Names { return &s.PassEnv }),
	{name: "temporal-log-level", show: func(s Settings) string { return s.ServerLog.Known().LogLevel }, take: func(to *Settings, from Settings) { to.LogLevel = from.LogLevel }},
	{name: "temporal-log-format", show: func(s Settings) string { return s.ServerLog.Known().LogFormat }, take: func(to *Settings, from Settings) { to.LogFormat = from.LogFormat }},
	setting("ui-ip", func(s *Settings) *string { return &s.UIIP }),
	setting("ui-public-path", func(s *Settings) *string { return &s.UIPublicPath }),
	setting("ui-asset-path", func(s *Settings) *string { return &s.UIAssetPath }),
	setting("ui-codec-endpoint", func(s *Settings) *string { return &s.UICodecEndpoint }),
	setting("ui-disable-news-fetch", func(s *Settings) *bool { return &s.UIDisableNewsFetch }),
	orderedTexts("sqlite-pragma", func(s *Settings) *Texts { return &s.SQLitePragmas }),
	texts("dynamic-config-value", func(s *Settings) *Texts { return &s.DynamicConfig }),
	texts("search-attribute", func(s *Settings) *Texts { return &s.SearchAttributes }),
	{name: "retention", show: retention, take: func(to *Settings, from Settings) { to.Retention = from.Retention }},
	setting("log-config", func(s *Settings) *bool { return &s.LogConfig }),
	orderedTexts("temporal-arg", func(s *Settings) *Texts { return &s.Args }),
	setting("start-deadline", func(s *Settings) *Millis { return &s.Policy.StartDeadline }),
	setting("probe-period", func(s *Settings) *Millis { return &s.Policy.Period }),
	setting("probe-timeout", func(s *Settings) *Millis { return &s.Policy.Timeout }),
	setting("failure-threshold", func(s *Settings) *int { return &s.Policy.Threshold }),
	setting("liveness-deadline", func(s *Settings) *Millis { return &s.Policy.LivenessDeadline }),
	setting("backoff-base", func(s *Settings) *Millis { return &s.Policy.BackoffBase }),
	setting("backoff-max", func(s *Settings) *Millis { return &s.Policy.BackoffMax }),
	setting("stable-after", func(s *Settings) *Millis { return &s.Policy.StableAfter }),
	setting("restart-limit", func(s *Settings) *int { return &s.Policy.RestartLimit }),
	setting("restart-window", func(s *Settings) *Millis { return &s.Policy.RestartWindow }),
}

// takeProgram takes both: of the two settings at most one is given.
func takeProgram(to *Settings, from Settings) {
	to.TemporalBin, to.TemporalVersion = from.TemporalBin, from.TemporalVersion
}

// Differences compares how a Temporal runs with the settings asked for, in a fixed order. Only
// what was given counts: a start without flags wants what runs. A request for any port, for the one that was
// drawn, or for the version that runs, is no difference.
func (r Record) Differences(want Settings, given Names) []Difference {
	var differ []Difference
	have := r.Settings
	if have.TemporalVersion == "" && r.Temporal.Version != "" {
		have.TemporalVersion = "v" + r.Temporal.Version
	}
	have, want = have.withPorts(r.Ports()), want.withPorts(want.Ports().or(r.Ports()))
	for _, f := range fields {
		d := Difference{Name: f.name, Have: f.show(have), Want: f.show(want)}
		if f.list != nil {
			d.Lacks, d.Has = without(f.list(want), f.list(have)), without(f.list(have), f.list(want))
		}
		same := d.Have == d.Want || f.list != nil && !f.ordered && len(d.Lacks)+len(d.Has) == 0
		if !same && given.Has(f.name) {
			differ = append(differ, d)
		}
	}
	return differ
}

// without returns what of a list is not in another one.
func without(list, other []string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return slices.Contains(other, s) })
}

// Overlay returns the settings with those of want that were given.
func (s Settings) Overlay(want Settings, given Names) Settings {
	for _, f := range fields {
		if given.Has(f.name) {
			f.take(&s, want)
		}
	}
	return s
}

// Has reports whether the list has a name.
func (n Names) Has(name string) bool { return slices.Contains(n.List(), name) }

// Flaw says what in settings cannot have been asked for, empty if nothing: a
// record that was edited by hand must not end a Temporal that serves.
func (s Settings) Flaw() string {
	ports := s.Ports()
	for _, port := range ports.All() {
		if *port < 0 || *port > 65535 {
			return fmt.Sprintf("%d is not a port", *port)
		}
	}
	p := s.Policy
	for _, m := range []Millis{p.StartDeadline, p.StartPeriod, p.Period, p.Timeout, p.LivenessDeadline, p.Grace, p.RestartGrace, p.BackoffBase, p.BackoffMax, p.StableAfter, p.RestartWindow} {
		if m < 1 {
			return fmt.Sprintf("a time of %s", m)
		}
	}
	if p.Threshold < 1 || p.UnservedLimit < 1 || p.RestartLimit < 1 || p.RestartLimit > MaxRestartLimit {
		return "a limit that cannot be"
	}
	return ""
}
