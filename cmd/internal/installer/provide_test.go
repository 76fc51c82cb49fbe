package installer

import (
	"slices"
	"testing"

	"github.com/stigmer/local/actions/install"
)

func TestInstalledLines(t *testing.T) {
	const installed, aside = "Installed  /p", "Kept       what was there and could not be run: /a"
	const slow = "Starting   macOS checks a new program at its first run, which can take some seconds"
	for _, c := range []struct {
		done   install.Result
		system string
		want   []string
	}{
		{install.Result{Program: "/p"}, "linux", []string{installed}},
		{install.Result{Program: "/p", Aside: "/a"}, "linux", []string{installed, aside}},
		{install.Result{Program: "/p", Aside: "/a"}, "darwin", []string{installed, slow, aside}},
		{install.Result{Program: "/p", Needless: true}, "darwin", nil}, // another command has installed it
	} {
		if got := installedLines(c.done, c.system); !slices.Equal(got, c.want) {
			t.Errorf("%+v on %s: %q", c.done, c.system, got)
		}
	}
}
