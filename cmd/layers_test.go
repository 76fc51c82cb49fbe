package cmd

import (
	"os"
	"testing"
)

// The layers hold for where a Temporal CLI is installed from, and for how much is said.
func TestSourceAndVoiceByLayer(t *testing.T) {
	for _, c := range []struct {
		file, variable, value, typed string
		want                         string
	}{
		{"mirror: http://127.0.0.1:2\n", "", "", "", " http://127.0.0.1:2"},
		{"install-from: go\n", "", "", "", "go "},
		{"install-from: go\n", mirrorVariable, "http://127.0.0.1:3", "", " http://127.0.0.1:3"},
		{"mirror: http://127.0.0.1:2\n", fromVariable, "go", "", "go "},
		{"mirror: http://127.0.0.1:2\ninstall-from: release\n", mirrorVariable, "http://127.0.0.1:3", "", " http://127.0.0.1:3"},
		{"mirror: http://127.0.0.1:2\n", "", "", "go", "go "},
	} {
		t.Run(c.want, func(t *testing.T) {
			_, err := settle(t, c.file)
			t.Setenv(mirrorVariable, "")
			if c.variable != "" {
				t.Setenv(c.variable, c.value)
			}
			from, mirror, err2 := (&installOptions{from: c.typed}).chosen(installCommand())
			url := ""
			if mirror != nil {
				url = mirror.String()
			}
			if got := from + " " + url; err != nil || err2 != nil || got != c.want {
				t.Errorf("%+v: %q, %v, %v", c, got, err, err2)
			}
		})
	}
	for _, c := range []struct{ variable, want string }{{"", "quiet"}, {"STIGMER_VERBOSE", "verbose"}, {"STIGMER_QUIET", "quiet"}} {
		if _, err := settle(t, "quiet: true\n"); err != nil {
			t.Fatal(err)
		}
		if c.variable != "" {
			t.Setenv(c.variable, "true")
		}
		flags := Local().PersistentFlags()
		if err := readVoice(flags, origins{}); err != nil || flags.Lookup(c.want).Value.String() != "true" || bothVoices(flags) {
			t.Errorf("%+v: %v", c, err)
		}
		os.Unsetenv(c.variable)
	}
}
