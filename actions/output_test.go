package actions

import (
	"os"
	"testing"
)

// What was printed besides the log is told where the log has nothing and
// Temporal gave up by itself; a killed one's banner is no last word.
func TestLastWords(t *testing.T) {
	l := newLife(t)
	check(t, os.WriteFile(l.home.Output(), []byte("from an earlier one"), 0o600))
	out := openOutput(l.home)
	if out == nil {
		t.Fatal("no room was set aside")
	}
	defer out.Close()
	is(t, "emptied", size(l.home.Output()), int64(0))
	_, err := out.WriteString("cannot listen\n")
	check(t, err)
	check(t, os.WriteFile(l.home.Log(), []byte("from before\n"), 0o600))
	from := size(l.home.Log())
	is(t, "gave up", lastWords(l.home, from, true), "cannot listen")
	is(t, "killed", lastWords(l.home, from, false), "")
	is(t, "with a log", lastWords(l.home, 0, true), "from before")
}

// Nothing that was planted under the name is written to.
func TestOutputIsNoLink(t *testing.T) {
	l := newLife(t)
	victim := l.home.Log()
	check(t, os.WriteFile(victim, []byte("kept"), 0o600))
	check(t, os.Symlink(victim, l.home.Output()))
	if out := openOutput(l.home); out != nil {
		t.Error("a link was followed")
	}
	text, err := os.ReadFile(victim)
	check(t, err)
	is(t, "victim", string(text), "kept")
}
