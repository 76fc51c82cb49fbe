package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// realHome is a home of its own in which the stigmer that is shipped, not the
// one of the scripts, owns the real Temporal.
type realHome struct {
	*script
	t            *testing.T
	bin, address string
	env          []string
}

func newRealHome(t *testing.T) *realHome {
	t.Helper()
	temporal := os.Getenv(realTemporalVariable)
	if temporal == "" {
		t.Skip(realTemporalVariable + " names no Temporal; make test does")
	}
	return newHomeOf(t, temporal)
}

// newHomeOf makes a home of its own, on ports of its own, for a Temporal.
func newHomeOf(t *testing.T, temporal string) *realHome {
	t.Helper()
	bin, err := buildStigmer()
	check(t, err)
	port, err := freePort()
	check(t, err)
	ui, err := freePort()
	check(t, err)
	dir := t.TempDir()
	h := &realHome{script: &script{dir: dir}, t: t, bin: bin, address: "127.0.0.1:" + port}
	h.env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", "HOME="+filepath.Join(dir, "me"), "STIGMER_HOME="+filepath.Join(dir, "home"),
		"STIGMER_PORT="+port, "STIGMER_UI_PORT="+ui, "STIGMER_TEMPORAL_BIN="+temporal)
	t.Cleanup(h.end)
	return h
}

func (h *realHome) end() {
	if h.t.Failed() {
		h.t.Logf("the record is\n%s\n%s", h.record(), h.logs())
	} else if left := h.stragglers(awaitDefault); len(left) > 0 {
		h.t.Errorf("left behind:\n%s", strings.Join(left, "\n"))
	}
	h.killAll()
	if complaint := h.crashReport(); complaint != "" {
		h.t.Error(complaint)
	}
}

// buildStigmer builds the program once for all tests, into the folder in which
// testscript keeps its own programs and which it removes at the end.
var buildStigmer = sync.OnceValues(func() (string, error) {
	registered, err := exec.LookPath("stigmer")
	if err != nil {
		return "", err
	}
	path := filepath.Join(filepath.Dir(registered), "real", "stigmer")
	args := []string{"build", "-buildvcs=false", "-o", path, "../stigmer"}
	args = slices.Insert(args, 1, builtWith("-race", "-tags")...)
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return path, nil
})

// builtWith returns those of the go command's flags with which this test was built: the
// program that it builds is to be of the same kind.
func builtWith(flags ...string) (args []string) {
	info, _ := debug.ReadBuildInfo()
	for _, setting := range info.Settings {
		if slices.Contains(flags, setting.Key) {
			args = append(args, setting.Key+"="+setting.Value)
		}
	}
	return args
}

// local runs a stigmer local command, which must succeed. Its output is read
// through a pipe, as scripts do: nobody may keep that open afterwards.
func (h *realHome) local(args ...string) string {
	h.t.Helper()
	c := exec.Command(h.bin, append([]string{"local"}, args...)...)
	c.Env = h.env
	out, err := c.CombinedOutput()
	if err != nil {
		h.t.Fatalf("stigmer local %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// stopSoon is a stop for a test that is done with its Temporal: the real one takes two seconds
// to end by itself, and as much of a processor as to start.
var stopSoon = []string{"stop", "--timeout", "100ms"}

// stop stops soon what a test is done with.
func (h *realHome) stop() { h.t.Helper(); h.local(stopSoon...) }

func (h *realHome) record() string {
	text, _ := os.ReadFile(filepath.Join(h.dir, "home", "temporal.state.json"))
	return string(bytes.TrimSpace(text))
}

// pid is "temporal" or "supervisor" as the record has it.
func (h *realHome) pid(who string) int {
	h.t.Helper()
	pid, err := strconv.Atoi(lookup(decode(h.record()), "."+who+".pid"))
	if err != nil || pid <= 1 {
		h.t.Fatalf("the record has no %s:\n%s", who, h.record())
	}
	return pid
}

// kill9 kills a process of this home and waits until it is dead.
func (h *realHome) kill9(pid int) {
	h.t.Helper()
	if !h.owns(pid) {
		h.t.Fatalf("process %d is not of this home", pid)
	}
	check(h.t, syscall.Kill(pid, syscall.SIGKILL))
	if !poll(awaitDefault, func() bool { return !runs(pid) }) {
		h.t.Fatalf("process %d survives", pid)
	}
}

// await waits until the record says all of it, in the terms of cmdAwait.
func (h *realHome) await(terms ...string) {
	h.t.Helper()
	var unmet string
	if !poll(awaitDefault, func() bool { unmet = unmetTerm(decode(h.record()), terms); return unmet == "" }) {
		h.t.Fatalf("not so: %s", unmet)
	}
}
