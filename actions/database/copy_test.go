package database

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"golang.org/x/sys/unix"
)

// A clone is taken as the copy, with the copy's mode; where none can be made, even half way,
// it is copied.
func TestCopyFile(t *testing.T) {
	writes := func(text string, err error) func(from, to string) error {
		return func(_, to string) error { return errors.Join(os.WriteFile(to, []byte(text), 0o644), err) }
	}
	for what, c := range map[string]struct {
		clone func(from, to string) error
		want  string
	}{
		"a clone":         {writes("the clone", nil), "the clone"},
		"no clone":        {func(string, string) error { return unix.ENOTSUP }, "the file"},
		"half a clone":    {writes("something longer than the file", unix.EIO), "the file"},
		"as it goes here": {clone, "the file"},
	} {
		from, to := filepath.Join(t.TempDir(), "from"), filepath.Join(t.TempDir(), "to")
		stage.Check(t, os.WriteFile(from, []byte("the file"), 0o644))
		stage.Check(t, copyFileBy(c.clone, from, to))
		text, err := os.ReadFile(to)
		stage.Check(t, err)
		stage.Is(t, what, string(text), c.want)
		info, err := os.Stat(to)
		stage.Check(t, err)
		stage.Is(t, what+": mode", info.Mode().Perm(), fs.FileMode(0o600))
	}
	if err := copyFile(filepath.Join(t.TempDir(), "none"), filepath.Join(t.TempDir(), "to")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a copy of nothing: %v", err)
	}
}
