//go:build !blunt

package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestSeenFromOutside looks into a PID namespace, as the host does into a
// container: the processes are known by their other numbers, and state says so.
// What is left there without a supervisor is adopted, and stopped.
func TestSeenFromOutside(t *testing.T) {
	t.Parallel()
	h := newSiege(t, true)
	end := filepath.Join(h.dir, "end")
	check(t, syscall.Mkfifo(end, 0o600))
	c := h.inside(`expect 0 "$STIGMER" local start; pid temporal > "$DIR/inner"; read line < "$DIR/end"`)
	check(t, c.Start())
	done := make(chan error, 1)
	go func() { done <- c.Wait() }() // ends with the namespace
	t.Cleanup(func() { c.Process.Kill() })
	inner := ""
	if !poll(awaitDefault, func() bool {
		text, _ := os.ReadFile(filepath.Join(h.dir, "inner"))
		inner = strings.TrimSpace(string(text))
		return inner != ""
	}) {
		t.Fatal("nothing was started inside")
	}
	temporal := h.temporals()[0]
	if inner == fmt.Sprint(temporal) {
		t.Fatalf("inside and outside it is pid %s", inner)
	}

	out := h.must([]string{"state", "--explain"}, 0).out
	if strings.Contains(out, "!!") || strings.Count(out, "in its own PID namespace") != 3 || !strings.Contains(out, "pid "+inner+" in its own") {
		t.Errorf("state does not know them again:\n%s", out)
	}
	out = h.must([]string{"start"}, 0).out
	if !strings.Contains(out, "already running") || !strings.Contains(out, "pid "+inner+" in its own PID namespace") {
		t.Errorf("start says:\n%s", out)
	}
	h.kill9(h.supervisors()[0])
	h.must([]string{"state"}, 8)
	if out := h.must([]string{"start"}, 0).out; !strings.Contains(out, "Adopted") {
		t.Errorf("start says:\n%s", out)
	}
	if pid := h.pid("temporal"); pid != temporal {
		t.Errorf("pid %d instead of %d", pid, temporal)
	}
	h.must([]string{"stop"}, 0)
	check(t, os.WriteFile(end, []byte("\n"), 0))
	check(t, <-done)
	h.isDown()
}
