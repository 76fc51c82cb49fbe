package stage

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/locks"
	"github.com/stigmer/local/probes/proc"
	"golang.org/x/sys/unix"
)

// Check ends the test unless err is nil.
func Check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Is fails unless have is want.
func Is[T comparable](t *testing.T, what string, have, want T) {
	t.Helper()
	if have != want {
		t.Errorf("%s is %v, want %v", what, have, want)
	}
}

// Has fails unless text contains each of parts.
func Has(t *testing.T, text string, parts ...string) {
	t.Helper()
	if missing := slices.DeleteFunc(parts, func(p string) bool { return strings.Contains(text, p) }); len(missing) > 0 {
		t.Errorf("%q lacks %q", text, missing)
	}
}

// Within waits for a value that must come.
func Within[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(Patience):
		t.Fatalf("%s did not come", what)
	}
	panic("unreachable")
}

// Later runs f in a goroutine that ends with it. The channel is closed then, so that a failure
// in f does not leave its caller waiting.
func Later[T any](f func() T) <-chan T {
	result := make(chan T, 1)
	go func() {
		defer close(result)
		result <- f()
	}()
	return result
}

// ClosesOnExec reports whether a descriptor is closed when another program is run.
func ClosesOnExec(fd int) bool {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return err == nil && flags&unix.FD_CLOEXEC != 0
}

// IDAt is the identity of the file at a path.
func IDAt(t *testing.T, path string) files.ID {
	t.Helper()
	id, err := files.IDAt(path)
	Check(t, err)
	return id
}

// Touch makes an empty file.
func Touch(t *testing.T, path string) {
	t.Helper()
	Check(t, os.WriteFile(path, nil, 0o600))
}

// List has the names in a folder, sorted.
func List(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	Check(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// FileExists reports whether anything is at a path.
func FileExists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// HolderAt returns a holder of the lock at a path, which must have one.
func HolderAt(t *testing.T, path string) proc.Info {
	t.Helper()
	holders, err := locks.Holders(path)
	Check(t, err)
	if len(holders) == 0 {
		t.Fatalf("no process holds %s", path)
	}
	return holders[0]
}
