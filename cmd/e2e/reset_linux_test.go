//go:build !blunt

package e2e_test

import (
	"strings"
	"syscall"
	"testing"
)

// TestResetInterrupted: Ctrl-C and SIGTERM at the question are answers, too.
func TestResetInterrupted(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	p.local("start")
	for name, end := range map[string]func(*display){
		"interrupt": func(d *display) { d.types("\x03") },
		"terminate": func(d *display) { p.signal(d.pid(), syscall.SIGTERM) },
	} {
		d, program := newDisplay(t, 24, 80)
		shell := p.inTerminal(program, `trap : INT; sh -c 'echo "pid: $$"; exec "$0" local reset' "$0"; echo "ended: $?"; read x`)
		d.says("Go on? [y/N] ")
		end(d)
		d.says("ended: ")
		if !strings.Contains(d.all(), "\r\nNothing was stopped or moved.\r\nended: 130\r\n") {
			t.Errorf("%s: it ends with\n%q", name, d.all())
		}
		d.leave(shell)
	}
	p.await("Healthy")
	p.stop()
}
