package temporal

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTemporalVersionOfOthers(t *testing.T) {
	self, err := os.Executable() // a Go program, but not Temporal
	check(t, err)
	script := filepath.Join(t.TempDir(), "temporal")
	check(t, os.WriteFile(script, []byte("#!/bin/sh\n"), 0o700))
	for _, exe := range []string{self, script, filepath.Dir(script), script + ".missing"} {
		if version := VersionOf(exe); version != "" {
			t.Errorf("VersionOf(%s) = %q", exe, version)
		}
	}
}

// A program is read again when it is another file, or another content.
func TestVersions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "temporal")
	var v Versions
	is := func(what, want string) {
		t.Helper()
		if got := v.Of(path); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	is("no file", "")
	check(t, os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700))
	is("a script", "")
	v.version = "known"
	is("the same", "known")
	check(t, os.WriteFile(path, []byte("#!/bin/sh\necho\n"), 0o700))
	is("another content", "")
	v.version = "known"
	check(t, os.WriteFile(path+".new", []byte("#!/bin/sh\necho\n"), 0o700))
	check(t, os.Rename(path+".new", path))
	is("another file", "")
}
