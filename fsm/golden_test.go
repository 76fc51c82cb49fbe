package fsm

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// update rewrites the golden files. Commit a change of one only if you
// understand what caused it: each is the specification of a behaviour.
var update = flag.Bool("update", false, "rewrite testdata and docs/STATES.md from what the code does now")

// golden holds got against a file.
func golden(t *testing.T, path, got string) {
	t.Helper()
	want, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if string(want) == got {
		return
	}
	if !*update {
		t.Errorf("%s differs from what the code does now (go test ./fsm -update rewrites it; commit that only if you understand what caused it)\n%s",
			filepath.ToSlash(path), firstDifference(string(want), got))
		return
	}
	check(t, os.WriteFile(path, []byte(got), 0o644))
}

// check ends the test unless err is nil.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
