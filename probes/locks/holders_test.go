package locks

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/stigmer/local/probes/childtest"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/proc"
)

func lockFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "temporal.lock")
	check(t, os.WriteFile(path, nil, 0o600))
	return path
}

// locked opens the lock file and locks it.
func locked(t *testing.T, path string) *os.File {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	check(t, err)
	t.Cleanup(func() { file.Close() })
	check(t, syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB))
	return file
}

// startHolder starts a child that alone has the lock.
func startHolder(t *testing.T, path string) childtest.Child {
	t.Helper()
	file := locked(t, path)
	defer file.Close()
	return childtest.Start(t, "", file)
}

func pidsOf(holders []proc.Info) []int {
	pids := []int{}
	for _, h := range holders {
		pids = append(pids, h.Process.PID)
	}
	slices.Sort(pids)
	return pids
}

func wantHolders(t *testing.T, path string, want ...int) []proc.Info {
	t.Helper()
	found, err := Holders(path)
	check(t, err)
	slices.Sort(want)
	if got := pidsOf(found); !slices.Equal(got, append([]int{}, want...)) {
		t.Fatalf("held by %v, want %v", got, want)
	}
	state, err := StateOf(path)
	check(t, err)
	if (state == Held) != (len(want) > 0) {
		t.Fatalf("StateOf = %s with holders %v", state, want)
	}
	return found
}

func TestHolder(t *testing.T) {
	path := lockFile(t)
	wantHolders(t, path)
	child := startHolder(t, path)
	holder := wantHolders(t, path, child.PID)[0]
	identity, err := proc.Identify(child.PID)
	check(t, err)
	if !holder.Process.Same(identity) || holder.Instance != childtest.Home || holder.Command == "" {
		t.Errorf("holder = %+v", holder)
	}
	check(t, child.Process.Kill())
	child.Wait()
	wantHolders(t, path)
}

func TestHolderInherited(t *testing.T) {
	path := lockFile(t)
	file := locked(t, path)
	child := childtest.Start(t, "", file)
	grandchild := childtest.Start(t, "", file)
	wantHolders(t, path, os.Getpid(), child.PID, grandchild.PID)
	check(t, file.Close())
	wantHolders(t, path, child.PID, grandchild.PID)
	check(t, child.Process.Kill())
	child.Wait()
	wantHolders(t, path, grandchild.PID)
}

func TestHolderFirst(t *testing.T) {
	path := lockFile(t)
	file := locked(t, path)
	child := childtest.Start(t, "", file)
	for _, test := range []struct {
		first, want []int
	}{
		{[]int{child.PID}, []int{child.PID}},
		{[]int{0, -1, child.PID}, []int{child.PID}},
		{[]int{os.Getppid()}, []int{os.Getpid(), child.PID}},
	} {
		found, err := Holders(path, test.first...)
		check(t, err)
		slices.Sort(test.want)
		if got := pidsOf(found); !slices.Equal(got, test.want) {
			t.Errorf("Holders(%v) = %v, want %v", test.first, got, test.want)
		}
	}
}

func TestHolderDeleted(t *testing.T) {
	path := lockFile(t)
	file := locked(t, path)
	child := childtest.Start(t, "", file)
	info, err := file.Stat()
	check(t, err)
	id, err := files.IDOf(info)
	check(t, err)
	check(t, file.Close())
	check(t, os.Remove(path))
	if state, err := StateOf(path); state != Missing || err != nil {
		t.Errorf("StateOf = %s, %v", state, err)
	}
	if found, err := Holders(path); found != nil || err != nil {
		t.Errorf("Holders = %v, %v", found, err)
	}
	check(t, os.WriteFile(path, nil, 0o600)) // another file by the old name
	wantHolders(t, path)
	found, err := HoldersOf(id)
	check(t, err)
	if got := pidsOf(found); !slices.Equal(got, []int{child.PID}) {
		t.Errorf("HoldersOf = %v, want %d", got, child.PID)
	}
}
