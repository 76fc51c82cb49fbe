package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestFaultLogFollowed: a follower of a log that is rotated again and again gets each line that
// is kept once, in order.
func TestFaultLogFollowed(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	p.env = append(p.env, fmt.Sprint("FAKE_TEMPORAL=chatty=", chattyPause))
	logs := filepath.Join(p.home, "logs")
	check(t, os.MkdirAll(logs, 0o700))
	check(t, os.WriteFile(filepath.Join(logs, "temporal.log"), []byte("before\n"), 0o600))
	followed := filepath.Join(p.dir, "followed")
	out, err := os.Create(followed)
	check(t, err)
	defer out.Close()
	c := exec.Command(p.bin, "local", "logs", "-f")
	c.Env, c.Stdout, c.Stderr = p.env, out, os.Stderr
	check(t, c.Start())
	defer c.Process.Kill()
	if !poll(awaitDefault, func() bool { return endsWith(followed, "before\n") }) {
		t.Fatal("what was there is not printed")
	}
	p.local("start", "--probe-period", "100ms", "--liveness-deadline", "1m")
	if !poll(5*awaitDefault, func() bool { return endsWith(followed, "chatty is done\n") }) {
		t.Fatal("the last line did not come")
	}
	p.stop()
	check(t, c.Process.Signal(syscall.SIGINT))
	c.Wait()
	if status := c.ProcessState.ExitCode(); status != 130 {
		t.Errorf("exit status %d", status)
	}
	seen := p.chattyLines(followed)
	kept := 0
	files, err := filepath.Glob(filepath.Join(logs, "temporal.log*"))
	check(t, err)
	for _, file := range files {
		for n := range p.chattyLines(file) {
			kept++
			if !seen[n] {
				t.Fatalf("line %d is in %s, but was not printed", n, file)
			}
		}
	}
	if kept < 100_000 {
		t.Errorf("only %d lines were kept: were there rotations?", kept)
	}
	t.Logf("%d lines came, %d are kept", len(seen), kept)
}

// chattyLines reads the numbers of the fake's lines, each of which must be
// greater than the one before.
func (p *place) chattyLines(path string) map[int]bool {
	p.t.Helper()
	text, err := os.ReadFile(path)
	check(p.t, err)
	last, seen := -1, map[int]bool{}
	for line := range bytes.Lines(text) {
		fields := strings.Fields(string(line))
		if len(fields) != 3 || fields[0] != "chatty" || len(line) != 200 {
			continue
		}
		n, err := strconv.Atoi(fields[1])
		if err != nil || n <= last {
			p.t.Fatalf("%s: line %d comes after %d (%v)", path, n, last, err)
		}
		last, seen[n] = n, true
	}
	return seen
}
