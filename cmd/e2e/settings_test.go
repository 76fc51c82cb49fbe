package e2e_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/stigmer/local/cmd"
)

// TestSettingsOfOldTemporal: docs/SETTINGS.md names just those flags that the older Temporal does not know.
func TestSettingsOfOldTemporal(t *testing.T) {
	old, today := os.Getenv(oldTemporalVariable), os.Getenv(realTemporalVariable)
	if old == "" || today == "" {
		t.Skip(oldTemporalVariable + " and " + realTemporalVariable + " do not both name a Temporal; make test does")
	}
	helpOf := func(program string) string {
		help, err := exec.Command(program, "server", "start-dev", "--help").Output()
		check(t, err)
		return string(help)
	}
	before, now := helpOf(old), helpOf(today)
	page, err := os.ReadFile("../../docs/SETTINGS.md")
	check(t, err)
	start, _, err := cmd.Root().Find([]string{"local", "start"})
	check(t, err)
	seen := 0
	start.Flags().VisitAll(func(f *pflag.Flag) {
		knows := func(help string) bool { return strings.Contains(help, " --"+f.Name+" ") }
		if !knows(now) {
			return
		}
		seen++
		newer := regexp.MustCompile("(?m)^\\| `" + f.Name + "` \\| [0-9.]+ \\|$").Match(page)
		if knows(before) == newer {
			t.Errorf("the older Temporal knows --%s: %t; as a newer one's it is named: %t", f.Name, knows(before), newer)
		}
	})
	if seen < 10 {
		t.Errorf("only %d flags were asked for", seen)
	}
}
