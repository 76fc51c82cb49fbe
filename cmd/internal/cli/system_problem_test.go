package cli

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoRoomForAHome: where this user may not make the home, another one helps.
func TestNoRoomForAHome(t *testing.T) {
	t.Setenv("STIGMER_HOME", filepath.Join(t.TempDir(), "home"))
	p := SystemProblem(&fs.PathError{Op: "mkdir", Path: "/.stigmer", Err: fs.ErrPermission}, "nothing was started")
	if p.Exit != ExitPermission || !strings.Contains(p.Try, "STIGMER_HOME=DIR") {
		t.Errorf("%d: %s", p.Exit, p.Try)
	}
}
