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

// place is a home of its own, anywhere below the test's folder, with a Temporal: the fake
// or the real one.
type place struct {
	*script
	t                  *testing.T
	bin, address, home string
	port, uiPort       string
	env                []string
}

// fakePlace has the fake Temporal.
func fakePlace(t *testing.T) *place {
	t.Helper()
	p := newPlace(t, filepath.Join(programFolder(), "temporal"))
	p.env = append(p.env, "STIGMER_PASS_ENV="+passFake, "FAKE_TEMPORAL_PLAN="+filepath.Join(p.dir, "plan"), "FAKE_CHILD_PID="+filepath.Join(p.dir, "child"))
	return p
}

// realPlace has the real Temporal.
func realPlace(t *testing.T) *place {
	t.Helper()
	temporal := os.Getenv(realTemporalVariable)
	if temporal == "" {
		t.Skip(realTemporalVariable + " names no Temporal; make test does")
	}
	return newPlace(t, temporal)
}

// newPlace makes a home, on ports of its own, for a Temporal.
func newPlace(t *testing.T, temporal string) *place {
	t.Helper()
	port, err := freePort()
	check(t, err)
	ui, err := freePort()
	check(t, err)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	check(t, err)
	p := &place{script: &script{dir: dir}, t: t, bin: filepath.Join(programFolder(), "stigmer"), address: "127.0.0.1:" + port, port: port, uiPort: ui, home: filepath.Join(dir, "home")}
	p.env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", "HOME="+filepath.Join(dir, "me"), "STIGMER_HOME="+p.home,
		"STIGMER_PORT="+port, "STIGMER_UI_PORT="+ui, "STIGMER_TEMPORAL_BIN="+temporal)
	t.Cleanup(p.end)
	return p
}

// check ends the test unless err is nil.
func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *place) end() {
	if p.t.Failed() {
		p.t.Logf("the record is\n%s\n%s", p.record(), p.logs())
	} else if left := p.stragglers(awaitDefault); len(left) > 0 {
		p.t.Errorf("left behind:\n%s", strings.Join(left, "\n"))
	}
	p.killAll()
	if complaint := p.crashReport(); complaint != "" {
		p.t.Error(complaint)
	}
}

// local runs a stigmer local command, which must succeed. Its output is read through a pipe, as
// scripts do: no process may keep that open afterwards.
func (p *place) local(args ...string) string {
	p.t.Helper()
	c := exec.Command(p.bin, append([]string{"local"}, args...)...)
	c.Env = p.env
	out, err := c.CombinedOutput()
	if err != nil {
		p.t.Fatalf("stigmer local %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// stopSoon is a stop for a test that is done with its Temporal: the real one takes two seconds
// to end by itself, and as much of a processor as to start.
var stopSoon = []string{"stop", "--timeout", "100ms"}

// stop stops soon what a test is done with.
func (p *place) stop() { p.t.Helper(); p.local(stopSoon...) }

func (p *place) record() string {
	text, _ := os.ReadFile(filepath.Join(p.home, "temporal.state.json"))
	return string(bytes.TrimSpace(text))
}

// pid is "temporal" or "supervisor" as the record has it.
func (p *place) pid(who string) int {
	p.t.Helper()
	pid, err := strconv.Atoi(lookup(decode(p.record()), "."+who+".pid"))
	if err != nil || pid <= 1 {
		p.t.Fatalf("the record has no %s:\n%s", who, p.record())
	}
	return pid
}

// kill9 kills a process of this home and waits until it is dead.
func (p *place) kill9(pid int) {
	p.t.Helper()
	if !p.owns(pid) {
		p.t.Fatalf("process %d is not of this home", pid)
	}
	check(p.t, syscall.Kill(pid, syscall.SIGKILL))
	if !poll(awaitDefault, func() bool { return !runs(pid) }) {
		p.t.Fatalf("process %d survives", pid)
	}
}

// await waits until the record says all of it, in the terms of cmdAwait.
func (p *place) await(terms ...string) {
	p.t.Helper()
	var unmet string
	if !poll(awaitDefault, func() bool { unmet = unmetTerm(decode(p.record()), terms); return unmet == "" }) {
		p.t.Fatalf("not so: %s; the record is\n%s", unmet, p.record())
	}
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
func (p *place) real() bool { return strings.Contains(p.t.Name()+"/", "/real/") }

// temporalBin is the program that a start runs.
func (p *place) temporalBin() string {
	path := ""
	for _, variable := range p.env { // the last one counts
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

// ask looks a path up in the record.
func (p *place) ask(path string) string { return lookup(decode(p.record()), path) }

// restarted is the term for so many restarts more than a record has. A Temporal that found a
// port taken which it had picked by itself, or was given as a free one, was restarted before.
func restarted(record string, more int) string {
	return fmt.Sprintf(".restarts.total=%d", restarts(decode(record))+more)
}

// crash kills Temporal, which its supervisor restarts.
func (p *place) crash() {
	p.t.Helper()
	once := restarted(p.record(), 1)
	p.kill9(p.pid("temporal"))
	p.await("Healthy", once)
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
