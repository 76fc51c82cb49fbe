package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLogsOnTerminal: warnings and errors are coloured on a terminal, unless NO_COLOR refuses
// it; nothing that a log says does more to it.
func TestLogsOnTerminal(t *testing.T) {
	t.Parallel()
	const plain = "level=INFO msg=a\r\nlevel=WARN msg=b[2J\r\nlevel=ERROR msg=c\r\n  its trace\r\n"
	for name, c := range map[string]struct{ env, want string }{
		"colours": {"NO_COLOR=", "level=INFO msg=a\r\n\x1b[33mlevel=WARN msg=b[2J\x1b[0m\r\n\x1b[31mlevel=ERROR msg=c\x1b[0m\r\n  its trace\r\n"},
		"refused": {"NO_COLOR=1", plain},
		"dumb":    {"TERM=dumb", plain},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := fakePlace(t)
			log := filepath.Join(p.home, "logs", "temporal.log")
			check(t, os.MkdirAll(filepath.Dir(log), 0o700))
			check(t, os.WriteFile(log, []byte("level=INFO msg=a\nlevel=WARN msg=b\x1b[2J\nlevel=ERROR msg=c\n  its trace\n"), 0o600))
			d, program := newDisplay(t, 24, 80)
			p.env = append(p.env, "TERM=xterm", c.env)
			shell := p.inTerminal(program, `"$0" local logs; echo "ended: $?"; read x`)
			d.says("ended: 0")
			if have, _, _ := strings.Cut(d.all(), "ended"); have != c.want {
				t.Errorf("have %q\nwant %q", have, c.want)
			}
			d.leave(shell)
		})
	}
}
