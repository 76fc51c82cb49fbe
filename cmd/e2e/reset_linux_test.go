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
		user, program := terminal(t)
		d := newDisplay(t, user)
		shell := p.inTerminal(program, `trap : INT; sh -c 'echo "pid: $$"; exec "$0" local reset' "$0"; echo "ended: $?"; read x`)
		if !poll(awaitDefault, func() bool { return strings.Contains(d.all(), "Go on? [y/N] ") }) {
			t.Fatalf("%s: it does not ask:\n%q", name, d.all())
		}
		end(d)
		if !poll(awaitDefault, func() bool { return strings.Contains(d.all(), "ended: ") }) {
			t.Fatalf("%s: it does not end:\n%q", name, d.all())
		}
		if !strings.Contains(d.all(), "\r\nNothing was stopped or moved.\r\nended: 130\r\n") {
			t.Errorf("%s: it ends with\n%q", name, d.all())
		}
		d.leave(shell)
	}
	p.await("Healthy")
	p.stop()
}
