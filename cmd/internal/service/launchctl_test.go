package service

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Only the service's own lines count, in each state that launchd names.
func TestLaunchdStatus(t *testing.T) {
	for fixture, want := range map[string]managerStatus{
		"running":         {active: true, runs: true, lines: []string{"state = running", "pid = 4321", "last exit code = (never exited)"}},
		"xpcproxy":        {active: true, runs: true, lines: []string{"state = xpcproxy", "pid = 4321", "last exit code = (never exited)"}},
		"sigtermed":       {active: true, lines: []string{"state = SIGTERMed", "pid = 4321", "last exit code = (never exited)"}},
		"not_running":     {lines: []string{"state = not running", launchdWhy, "last exit code = 0"}},
		"spawn_scheduled": {active: true, lines: []string{"state = spawn scheduled", "last exit code = 78: EX_CONFIG", launchdUnreached[0], launchdUnreached[1]}},
		"absent":          {},
	} {
		said, err := os.ReadFile(filepath.Join("..", "..", "e2e", "testdata", "launchd", fixture))
		if err != nil {
			t.Fatal(err)
		}
		have := readLaunchd(string(said))
		if have.active != want.active || have.runs != want.runs || !slices.Equal(have.lines, want.lines) {
			t.Errorf("%s is read as %+v, not %+v", fixture, have, want)
		}
	}
}
