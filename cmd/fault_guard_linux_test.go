package cmd_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// unlocked returns a Temporal that runs without its lock, 0 for none: the kernel
// tells in fdinfo which locks a descriptor holds.
func (h *siege) unlocked() int {
	for _, pid := range h.temporals() {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fdinfo/*", pid))
		locks := 0
		for _, file := range files {
			info, _ := os.ReadFile(file)
			locks += bytes.Count(info, []byte("FLOCK  ADVISORY  WRITE"))
		}
		if locks == 0 && h.owns(pid) && len(files) > 0 {
			return pid
		}
	}
	return 0
}

// TestGuardSees: what the guard of every siege watches for is seen if it is so.
func TestGuardSees(t *testing.T) {
	t.Parallel()
	h := &siege{realHome: newFakeHome(t)}
	spawn := func(dir string) *spawnedFake {
		check(t, os.Mkdir(filepath.Join(h.dir, dir), 0o700))
		f := spawnFake(t, filepath.Join(h.dir, dir), []string{"STIGMER_INSTANCE=" + h.dir + "/home"})
		f.awaitServing()
		return f
	}
	first := spawn("a")
	if two := h.twoTemporals(); two != "" || h.unlocked() != 0 {
		t.Errorf("one Temporal is %q, %d is without a lock", two, h.unlocked())
	}
	second := spawn("b")
	if h.twoTemporals() == "" {
		t.Error("two Temporals go unnoticed")
	}
	check(t, first.Process.Kill())
	first.Wait()
	if two := h.twoTemporals(); two != "" {
		t.Error(two)
	}
	check(t, second.Process.Kill())
	second.Wait()
}
