package inspect

import (
	"strings"
	"testing"

	"github.com/stigmer/local/fsm"
)

// A start whose supervisors could not write the record says what they lacked.
func TestNoHandover(t *testing.T) {
	o := fsm.Outcome{Result: fsm.ResultNoSupervisor, Detail: "it ended each time before it did anything"}
	for _, c := range []struct{ words, means, try string }{
		{"", "a Temporal that runs already goes on", "look at /home/logs/supervisor.log"},
		{"supervisor: odd", "a Temporal that runs already goes on", "look at /home/logs/supervisor.log"},
		{"record not saved: no space left on device", "the disk of the home cannot be written to", "make room"},
		{"record not saved: read-only file system", "the disk of the home cannot be written to", "make room"},
		{"fork/exec /bin/temporal: resource temporarily unavailable", "no more processes and threads", "ulimit -u"},
		{"runtime: failed to create new OS thread (have 7 already; errno=11)", "no more processes and threads", "ulimit -u"},
		{"start the supervisor: fork/exec /bin/stigmer: operation not permitted", "a container's seccomp profile", "allow the call there"},
		{"open /home/temporal.lock: too many open files", "no more open files", "ulimit -n"},
		{"fatal error: out of memory", "no more memory", "ulimit -v"},
	} {
		text := NoHandover(o, "/home", c.words).Text()
		for _, want := range []string{o.Detail, c.words, c.means, c.try} {
			if !strings.Contains(text, want) {
				t.Errorf("%q: no %q in\n%s", c.words, want, text)
			}
		}
	}
}
