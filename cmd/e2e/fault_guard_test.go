package e2e_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestGuardSees: what the guard of every siege watches for is seen if it is so.
func TestGuardSees(t *testing.T) {
	t.Parallel()
	h := &siege{place: fakePlace(t)}
	spawn := func(dir string) *spawnedFake {
		check(t, os.Mkdir(filepath.Join(h.dir, dir), 0o700))
		f := spawnFake(t, filepath.Join(h.dir, dir), []string{"STIGMER_INSTANCE=" + h.dir + "/home"})
		f.awaitServing()
		return f
	}
	first := spawn("a")
	list := h.temporals()
	if two, pid := h.twoTemporals(list), h.unlocked(list); two != "" || pid != 0 || len(list) != 1 {
		t.Errorf("one Temporal is %v, %q, %d is without a lock", list, two, pid)
	}
	second := spawn("b")
	if h.twoTemporals(h.temporals()) == "" {
		t.Error("two Temporals go unnoticed")
	}
	check(t, first.Process.Kill())
	first.Wait()
	if two := h.twoTemporals(h.temporals()); two != "" {
		t.Error(two)
	}
	check(t, second.Process.Kill())
	second.Wait()
}
