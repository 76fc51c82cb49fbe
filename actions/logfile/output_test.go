package logfile

import (
	"os"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
)

// What was printed besides the log is reported where the log has nothing and Temporal gave up by
// itself; a killed one's banner is no last word.
func TestLastWords(t *testing.T) {
	home := stage.NewHome(t)
	stage.Check(t, os.WriteFile(home.Output(), []byte("from an earlier one"), 0o600))
	out := OpenOutput(home)
	if out == nil {
		t.Fatal("no room was set aside")
	}
	defer out.Close()
	stage.Is(t, "emptied", Size(home.Output()), int64(0))
	_, err := out.WriteString("cannot listen\n")
	stage.Check(t, err)
	stage.Check(t, os.WriteFile(home.Log(), []byte("from before\n"), 0o600))
	from := Size(home.Log())
	stage.Is(t, "gave up", LastWords(home, from, true), "cannot listen")
	stage.Is(t, "killed", LastWords(home, from, false), "")
	stage.Is(t, "with a log", LastWords(home, 0, true), "from before")
}

// Nothing that was planted under the name is written to.
func TestOutputIsNoLink(t *testing.T) {
	home := stage.NewHome(t)
	victim := home.Log()
	stage.Check(t, os.WriteFile(victim, []byte("kept"), 0o600))
	stage.Check(t, os.Symlink(victim, home.Output()))
	if out := OpenOutput(home); out != nil {
		t.Error("a link was followed")
	}
	text, err := os.ReadFile(victim)
	stage.Check(t, err)
	stage.Is(t, "victim", string(text), "kept")
}
