package dashboard

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
)

// hostile is a reason that each of the formats would have to quote.
const hostile = "a \"reason\" <b>&amp; \\ ]]> %s\nEnd"

func drawn(t *testing.T, format string, state fsm.State, history ...fsm.Transition) string {
	t.Helper()
	var out bytes.Buffer
	draws[format](newPicture(state, hostile, history), &out)
	return out.String()
}

var crashed = []fsm.Transition{
	{From: fsm.Healthy, Event: fsm.Stop, To: fsm.Stopping},
	{From: fsm.Stopping, Event: fsm.Gone, To: fsm.Stopped},
	{From: fsm.Stopped, Event: fsm.Start, To: fsm.Locking},
	{From: fsm.Locking, Event: fsm.LockAcquired, To: fsm.Starting},
	{From: fsm.Starting, Event: fsm.Exited, To: fsm.Restarting},
	{From: fsm.Restarting, Event: fsm.BackoffElapsed, To: fsm.Locking},
	{From: fsm.Locking, Event: fsm.LockAcquired, To: fsm.Starting},
}

// Every row of the table is in every picture, and what was taken is marked. A path that
// began before what is kept of it says so, and since when it is shown.
func TestPicturesHaveTheTable(t *testing.T) {
	cut := append([]fsm.Transition{}, crashed[4:]...)
	cut[0].At = 1_795_877_695_565
	note := "The path shows the last 3 transitions, since " + human.FormatTime(cut[0].At) + ": earlier ones are not kept."
	for format := range draws {
		text := drawn(t, format, fsm.Starting, crashed...)
		for _, state := range fsm.States {
			if !strings.Contains(text, string(state)) {
				t.Errorf("%s has no %s", format, state)
			}
		}
		for _, row := range fsm.Table {
			if !strings.Contains(text, string(row.On)) {
				t.Errorf("%s has no %s", format, row.On)
			}
		}
		for mark, times := range map[string]int{"lock_acquired ✓2": 1, "exited ✓": 1, "backoff_elapsed ✓": 1, "start ✓": 1, "✓": 4, colourNow: 1, "earlier ones": 0} {
			if n := strings.Count(text, mark); n != times {
				t.Errorf("%s: %q is there %d times", format, mark, n)
			}
		}
		if rest := drawn(t, format, fsm.Starting, cut...); !strings.Contains(rest, note) {
			t.Errorf("%s does not say that it is cut:\n%s", format, rest)
		}
		if text := drawn(t, format, fsm.Stopped); strings.Contains(text, "earlier ones") {
			t.Errorf("%s says that no path is cut", format)
		}
	}
}

// Graphviz, where it is there, understands the picture.
func TestDotIsUnderstood(t *testing.T) {
	dot, err := exec.LookPath("dot")
	if err != nil {
		t.Skip("no dot here")
	}
	for _, state := range fsm.States {
		c := exec.Command(dot, "-Tcanon")
		c.Stdin = strings.NewReader(drawn(t, "dot", state, crashed...))
		if out, err := c.CombinedOutput(); err != nil || bytes.Contains(out, []byte("Warning")) {
			t.Fatalf("%s: %v\n%s", state, err, out)
		}
	}
}

// What a reason says begins no line of its own in a diagram.
func TestMermaidKeepsToItsLines(t *testing.T) {
	text := drawn(t, "mermaid", fsm.Healthy)
	if first, rest, _ := strings.Cut(text, "\n"); !strings.HasPrefix(first, "%% Healthy: a ") || !strings.HasPrefix(rest, "flowchart TB\n") {
		t.Error(text)
	}
	if strings.Contains(text, "linkStyle") {
		t.Error("nothing was taken, but something is marked")
	}
}
