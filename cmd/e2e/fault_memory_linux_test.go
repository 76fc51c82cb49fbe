//go:build !blunt

package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// memoryGroup makes a memory cgroup of its own, or skips. It is removed at the test's end,
// which comes after the processes'.
func memoryGroup(t *testing.T) (folder, limit string) {
	t.Helper()
	for _, kind := range []struct{ parent, limit string }{
		{"/sys/fs/cgroup/memory", "memory.limit_in_bytes"}, {"/sys/fs/cgroup", "memory.max"},
	} {
		folder = filepath.Join(kind.parent, fmt.Sprintf("stigmer-test-%d", os.Getpid()))
		limit = filepath.Join(folder, kind.limit)
		if os.Mkdir(folder, 0o700) != nil {
			continue
		}
		t.Cleanup(func() { poll(awaitDefault, func() bool { return os.Remove(folder) == nil }) })
		if _, err := os.Stat(limit); err == nil {
			return folder, limit
		}
	}
	t.Skip("no memory cgroup can be made here: it needs root, and the controller")
	return "", ""
}

// TestFaultMemoryLimit: a Temporal that the kernel ends at the memory limit of its group is
// distinguished from one that was killed.
func TestFaultMemoryLimit(t *testing.T) {
	t.Parallel()
	folder, limit := memoryGroup(t)
	p := realPlace(t)
	p.bin = plainStigmer(t)
	// Temporal is the first that the kernel ends. In its place something takes all that there is, once it is to: a Temporal
	// serves in little more than a start and its supervisor need beside it.
	hungry := filepath.Join(p.dir, "hungry")
	p.wrap(`echo 1000 >/proc/self/oom_score_adj; [ ! -e "` + hungry + `" ] || exec tail /dev/zero; exec "$T" "$@"`)
	inGroup := "echo $$ > " + filepath.Join(folder, "cgroup.procs") + ` && exec "$0" local start`
	if out, status := p.shell(inGroup); status != 0 {
		t.Fatal(out)
	}
	p.crash()
	if out := p.exits(0, []string{"state", "--explain"}, "was ended by signal SIGKILL"); strings.Contains(out, "memory limit") {
		t.Errorf("a plain kill:\n%s", out)
	}
	p.stop()
	p.exits(0, []string{"start"}, "Started in") // from now on the database is known: a start needs no SQLite
	p.stop()

	check(t, os.WriteFile(hungry, nil, 0o600))
	check(t, os.WriteFile(limit, []byte(strconv.Itoa(128<<20)), 0))
	out, status := p.shell(inGroup)
	if status != 1 {
		t.Errorf("start: exit status %d:\n%s", status, out)
	}
	words := []string{"was ended by signal SIGKILL: the memory limit of its group was hit", "raise the memory limit of the container or service"}
	p.says("start", out, words...)
	p.exits(3, []string{"state"}, words...)
	check(t, os.Remove(hungry))
	check(t, os.WriteFile(limit, []byte(strconv.Itoa(1<<30)), 0))
	p.exits(0, []string{"start"}, "Started in")
	p.stop()
}
