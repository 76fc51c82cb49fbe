package config

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// RunFlags declares the flags of run: those of start, but that its ports are drawn and its database is in memory
// unless they are typed.
func (o *Options) RunFlags(f *pflag.FlagSet) {
	o.AddFlags(f)
	f.Lookup("ephemeral").Hidden = true // it always is
	f.Lookup("db").Usage = "run on a copy of this database file, which itself is not touched (default: none, in memory)"
	f.Lookup("headless").Usage = "without the web UI (default, unless --ui-port is given)"
	for _, flag := range []struct{ name, usage string }{
		{"port", "port of the gRPC frontend (default: a free one)"}, {"ui-port", "port of the web UI (default: a free one, if there is a web UI)"},
		{"http-port", "port of Temporal's HTTP API (default: a free one)"}, {"metrics-port", "port of Temporal's metrics (default: a free one)"},
	} {
		f.Lookup(flag.name).Usage, f.Lookup(flag.name).DefValue = flag.usage, "0"
	}
}

// ofRun are the settings that each run has for itself, with their values. Many runs are to go side by side, so no
// variable and no file says otherwise.
var ofRun = []struct{ flag, value string }{
	{"port", "0"}, {"ui-port", "0"}, {"http-port", "0"}, {"metrics-port", "0"}, {"headless", "true"}, {"ephemeral", "true"}, {"db", ""},
}

// SettleForRun gives the flags that were not typed the values that run has for them.
func SettleForRun(f *pflag.FlagSet) error {
	typed := func(name string) bool { return f.Lookup(name).Changed }
	beaten := map[string]bool{"headless": typed("ui-port"), "ephemeral": typed("db"), "db": true}
	for _, own := range ofRun {
		if typed(own.flag) || beaten[own.flag] {
			continue
		}
		if err := f.Set(own.flag, own.value); err != nil {
			return err
		}
	}
	return nil
}

// WithoutOwn takes the variables of the settings away that each run has for itself: for the command of a run they would
// be settings that its Temporal does not have.
func WithoutOwn(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.ContainsFunc(ofRun, func(own struct{ flag, value string }) bool { return VariableOf(own.flag) == name })
	})
}
