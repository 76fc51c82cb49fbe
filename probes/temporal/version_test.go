package temporal

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stigmer/local/fsm"
)

func TestTemporalVersionOfOthers(t *testing.T) {
	self, err := os.Executable() // a Go program, but not Temporal
	check(t, err)
	script := filepath.Join(t.TempDir(), "temporal")
	check(t, os.WriteFile(script, []byte("#!/bin/sh\n"), 0o700))
	for _, exe := range []string{self, script, filepath.Dir(script), script + ".missing"} {
		if p := ReadProgram(exe); p != (fsm.Program{Wrapper: true}) {
			t.Errorf("ReadProgram(%s) = %+v", exe, p)
		}
	}
}
