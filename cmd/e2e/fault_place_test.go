package e2e_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// place is a home anywhere below the test's folder, with a Temporal, the fake or
// the real one. Unlike a realHome it tells how a command failed.
type place struct {
	*realHome
	home string
}

// fakePlace has the fake Temporal.
func fakePlace(t *testing.T) *place {
	t.Helper()
	h := newFakeHome(t)
	return &place{h, filepath.Join(h.dir, "home")}
}

// realPlace has the real Temporal, and the stigmer that is shipped.
func realPlace(t *testing.T) *place {
	t.Helper()
	h := newRealHome(t)
	return &place{h, filepath.Join(h.dir, "home")}
}

// places are both kinds: what misbehaves around a Temporal is tried on both.
var places = map[string]func(*testing.T) *place{"fake": fakePlace, "real": realPlace}

// inPlaces runs a test on the fake Temporal and on the real one.
func inPlaces(t *testing.T, test func(p *place)) {
	t.Parallel()
	for name, make := range places {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(make(t)) })
	}
}

// real reports whether a test of places, or a siege, has the real Temporal.
func (h *realHome) real() bool { return strings.Contains(h.t.Name()+"/", "/real/") }

// temporalBin is the program that a start runs.
func (h *realHome) temporalBin() string {
	path := ""
	for _, variable := range h.env { // the last one counts
		if value, ok := strings.CutPrefix(variable, "STIGMER_TEMPORAL_BIN="); ok {
			path = value
		}
	}
	return path
}

// move makes another path the home from here on.
func (p *place) move(home string) {
	p.home = home
	p.env = append(p.env, "STIGMER_HOME="+home)
}

// try runs a stigmer local command and returns its output and exit status.
func (p *place) try(args ...string) (string, int) {
	p.t.Helper()
	return p.run(exec.Command(p.bin, append([]string{"local"}, args...)...))
}

// shell runs a shell's line in which "$0" is stigmer.
func (p *place) shell(line string) (string, int) {
	p.t.Helper()
	return p.run(exec.Command("/bin/sh", "-c", line, p.bin))
}

func (p *place) run(c *exec.Cmd) (string, int) {
	p.t.Helper()
	c.Env = append(p.env, c.Env...)
	out, err := c.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		p.t.Fatalf("%q: %v", c.Args, err)
	}
	if bytes.Contains(out, []byte("goroutine ")) {
		p.t.Errorf("%q crashed:\n%s", c.Args, out)
	}
	return string(out), c.ProcessState.ExitCode()
}

// exits runs a command that must exit with a status and say all of words.
func (p *place) exits(status int, args []string, words ...string) string {
	p.t.Helper()
	out, have := p.try(args...)
	if have != status {
		p.t.Errorf("%q: exit status %d, not %d:\n%s", args, have, status, out)
	}
	p.says(args[0], out, words...)
	return out
}

func (p *place) says(what, out string, words ...string) {
	p.t.Helper()
	for _, word := range words {
		if !strings.Contains(out, word) {
			p.t.Errorf("%s does not say %q:\n%s", what, word, out)
		}
	}
}

func (p *place) text() string {
	text, _ := os.ReadFile(filepath.Join(p.home, "temporal.state.json"))
	return string(text)
}

// ask looks a path up in the record.
func (p *place) ask(path string) string { return lookup(decode(p.text()), path) }

// number is the PID of temporal or supervisor in the record.
func (p *place) number(who string) int {
	p.t.Helper()
	pid, err := strconv.Atoi(p.ask("." + who + ".pid"))
	if err != nil || pid <= 1 {
		p.t.Fatalf("the record has no %s:\n%s", who, p.text())
	}
	return pid
}

// becomes waits until the record says all of it, in the terms of cmdAwait.
func (p *place) becomes(terms ...string) {
	p.t.Helper()
	var unmet string
	if !poll(awaitDefault, func() bool { unmet = unmetTerm(decode(p.text()), terms); return unmet == "" }) {
		p.t.Fatalf("not so: %s; the record is\n%s", unmet, p.text())
	}
}

// oneMore is the term for one restart more than a record has. A Temporal that found a port
// taken which it had picked by itself, or was given as a free one, was restarted before.
func oneMore(record string) string {
	total, _ := strconv.Atoi(lookup(decode(record), ".restarts.total"))
	return fmt.Sprintf(".restarts.total=%d", total+1)
}

// nothingRuns checks that no process of this home is left, but for one that is
// just about to end.
func (p *place) nothingRuns(after string) {
	p.t.Helper()
	if left := p.stragglers(awaitDefault); len(left) > 0 {
		p.t.Errorf("after %s this is left:\n%s", after, strings.Join(left, "\n"))
	}
}

func (p *place) signal(pid int, sig syscall.Signal) {
	p.t.Helper()
	if !p.owns(pid) {
		p.t.Fatalf("process %d is not of this home", pid)
	}
	check(p.t, syscall.Kill(pid, sig))
}
