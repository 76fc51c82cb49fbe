package actions

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stigmer/local/probes"
	"golang.org/x/sys/unix"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// is fails unless have is want.
func is[T comparable](t *testing.T, what string, have, want T) {
	t.Helper()
	if have != want {
		t.Errorf("%s is %v, want %v", what, have, want)
	}
}

// has fails unless text contains each of parts.
func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	if missing := slices.DeleteFunc(parts, func(p string) bool { return strings.Contains(text, p) }); len(missing) > 0 {
		t.Errorf("%q lacks %q", text, missing)
	}
}

// within waits for a value that must come.
func within[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(patience):
		t.Fatalf("%s did not come", what)
	}
	panic("unreachable")
}

// later runs f in a goroutine that ends with it.
func later[T any](f func() T) <-chan T {
	result := make(chan T, 1)
	go func() { result <- f() }()
	return result
}

func closesOnExec(fd int) bool {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return err == nil && flags&unix.FD_CLOEXEC != 0
}

func idAt(t *testing.T, path string) probes.FileID {
	t.Helper()
	id, err := probes.FileAt(path)
	check(t, err)
	return id
}

func touch(t *testing.T, path string) {
	t.Helper()
	check(t, os.WriteFile(path, nil, 0o600))
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	check(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// fileExists reports whether anything is at a path.
func fileExists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// holderAt returns a holder of the lock at a path, which must have one.
func holderAt(t *testing.T, path string) probes.Holder {
	t.Helper()
	holders, err := probes.Holders(path)
	check(t, err)
	if len(holders) == 0 {
		t.Fatalf("no process holds %s", path)
	}
	return holders[0]
}
