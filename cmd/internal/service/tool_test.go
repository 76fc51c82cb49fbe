package service

import (
	"strings"
	"testing"
)

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
