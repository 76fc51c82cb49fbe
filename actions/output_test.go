package actions

import (
	"os"
	"testing"
)

// What was printed besides the log is told where the log has nothing and
// Temporal gave up by itself; a killed one's banner is no last word.
func TestLastWords(t *testing.T) {
	home := newHome(t)
	check(t, os.WriteFile(home.Output(), []byte("from an earlier one"), 0o600))
	out := openOutput(home)
	if out == nil {
		t.Fatal("no room was set aside")
	}
	defer out.Close()
	is(t, "emptied", size(home.Output()), int64(0))
	_, err := out.WriteString("cannot listen\n")
	check(t, err)
	check(t, os.WriteFile(home.Log(), []byte("from before\n"), 0o600))
	from := size(home.Log())
	is(t, "gave up", lastWords(home, from, true), "cannot listen")
	is(t, "killed", lastWords(home, from, false), "")
	is(t, "with a log", lastWords(home, 0, true), "from before")
}

// Nothing that was planted under the name is written to.
func TestOutputIsNoLink(t *testing.T) {
	home := newHome(t)
	victim := home.Log()
	check(t, os.WriteFile(victim, []byte("kept"), 0o600))
	check(t, os.Symlink(victim, home.Output()))
	if out := openOutput(home); out != nil {
		t.Error("a link was followed")
	}
	text, err := os.ReadFile(victim)
	check(t, err)
	is(t, "victim", string(text), "kept")
}
