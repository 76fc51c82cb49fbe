package config

import (
	"github.com/spf13/pflag"
)

// RunFlags declares the flags of run: those of start, but that its ports are drawn and its database is in memory
// unless they are typed. No variable and no file says otherwise: many runs are to go side by side.
func (o *Options) RunFlags(f *pflag.FlagSet) {
	o.AddFlags(f)
	f.Lookup("ephemeral").Hidden = true // it always is
	f.Lookup("db").Usage = "run on a copy of this database file, which itself is not touched (default: none, in memory)"
	f.Lookup("headless").Usage = "without the web UI (default, unless --ui-port is given)"
	f.Lookup("port").Usage = "port of the gRPC frontend (default: a free one)"
	f.Lookup("ui-port").Usage = "port of the web UI (default: a free one)"
}

// SettleForRun gives the flags that were not typed the values that run has for them.
func SettleForRun(f *pflag.FlagSet) error {
	given := func(name string) bool { return f.Lookup(name).Changed }
	values := []struct{ flag, value string }{{"port", "0"}, {"ui-port", "0"}, {"http-port", "0"}, {"metrics-port", "0"}}
	if !given("ui-port") {
		values = append(values, struct{ flag, value string }{"headless", "true"})
	}
	if !given("db") {
		values = append(values, struct{ flag, value string }{"ephemeral", "true"})
	}
	for _, v := range values {
		if given(v.flag) {
			continue
		}
		if err := f.Set(v.flag, v.value); err != nil {
			return err
		}
	}
	return nil
}
