package inspect

import (
	"strings"
	"testing"

	"github.com/stigmer/local/fsm"
)

// A start whose supervisors could not write the record says what they lacked: by the code of the
// error if they were not started, else by their last words.
func TestNoHandover(t *testing.T) {
	t.Setenv("STIGMER_HOME", t.TempDir()) // where there is no home, another one is advised
	const detail = "it ended each time before it did anything"
	for _, c := range []struct {
		code              fsm.Code
		words, means, try string
	}{
		{"", "", "a Temporal that runs already goes on", "look at /home/logs/supervisor.log"},
		{"", "supervisor: odd", "a Temporal that runs already goes on", "look at /home/logs/supervisor.log"},
		{"", "record not saved: no space left on device", "the disk of the home cannot be written to", "make room"},
		{"", "record not saved: permission denied", "nothing was started", "owner and mode"},
		{fsm.CodeCallRefused, "", "a container's seccomp profile", "allow the call there"},
	} {
		text := NoHandover(fsm.Outcome{Result: fsm.ResultNoSupervisor, Code: c.code, Detail: detail}, "/home", c.words).Text()
		for _, want := range []string{detail, c.words, c.means, c.try} {
			if !strings.Contains(text, want) {
				t.Errorf("%q: no %q in\n%s", c.words, want, text)
			}
		}
	}
}
