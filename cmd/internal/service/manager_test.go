package service

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A service's state is read from the manager's own words, in each state that it names.
func TestStatus(t *testing.T) {
	launchd := filepath.Join("..", "..", "e2e", "fake", "testdata", "launchd")
	for _, c := range []struct {
		folder, states string
		read           func(string) managerStatus
		active, runs   bool
	}{
		{"testdata/systemd", "running activating", readSystemd, true, true},
		{"testdata/systemd", "auto_restart deactivating", readSystemd, true, false},
		{"testdata/systemd", "inactive failed", readSystemd, false, false},
		{launchd, "running xpcproxy", readLaunchd, true, true},
		{launchd, "sigtermed spawn_scheduled", readLaunchd, true, false},
		{launchd, "not_running absent", readLaunchd, false, false},
	} {
		for _, state := range strings.Fields(c.states) {
			said, err := os.ReadFile(filepath.Join(c.folder, state))
			check(t, err)
			have := c.read(string(said))
			if have.active != c.active || have.runs != c.runs {
				t.Errorf("%s is read as %+v", state, have)
			}
			if c.folder != launchd && len(have.lines) != strings.Count(string(said), "\n") {
				t.Errorf("%s has the lines %q", state, have.lines)
			}
		}
	}
}

// Of what launchd says only the service's own lines are shown, with what a number means.
func TestLaunchdLines(t *testing.T) {
	for state, want := range map[string][]string{
		"running":         {"state = running", "pid = 4321", "last exit code = (never exited)"},
		"not_running":     {"state = not running", launchdWhy, "last exit code = 0"},
		"spawn_scheduled": {"state = spawn scheduled", "last exit code = 78: EX_CONFIG", launchdUnreached[0], launchdUnreached[1]},
	} {
		said, err := os.ReadFile(filepath.Join("..", "..", "e2e", "fake", "testdata", "launchd", state))
		check(t, err)
		if have := readLaunchd(string(said)).lines; !slices.Equal(have, want) {
			t.Errorf("%s is shown as %q", state, have)
		}
	}
}

// Exit statuses are success, "not yet" or failure, and what stays "not yet" is said.
func TestToolCall(t *testing.T) {
	for _, c := range []struct {
		shell      string
		done, busy []int
		want       string // of the error; empty for none
	}{
		{shell: "exit 0"},
		{shell: "exit 7", want: "exit status 7"},
		{shell: "exit 7", done: []int{3, 7}},
		{shell: "exit 7", busy: []int{3, 7}, want: "exit status 7: it drains, after 0s"},
		{shell: "exit 0", busy: []int{0}, want: "it drains, after 0s"},
		{shell: "exit 7", done: []int{7}, busy: []int{0}},
	} {
		out, err := toolCall{words: []string{"sh", "-c", "echo said; " + c.shell}, done: c.done, busy: c.busy, unmet: "it drains"}.run()
		have := ""
		if err != nil {
			have = err.Error()
		}
		if have != c.want || (out == "said") != strings.HasPrefix(c.want, "exit status") {
			t.Errorf("%+v: error %q, output %q", c, have, out)
		}
	}
}
