//go:build !blunt

package files

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stigmer/local/probes/childtest"
)

// The kernel counts the openers of a file, ourselves and children alike.
func TestUnopened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	check(t, os.WriteFile(path, []byte("x"), 0o600))
	if !unopened(path) {
		t.Skip("this file system grants no leases")
	}
	file, err := os.Open(path)
	check(t, err)
	if unopened(path) {
		t.Error("a file that this process has open")
	}
	childtest.Start(t, "", file)
	check(t, file.Close())
	if unopened(path) {
		t.Error("a file that a child has open")
	}
	if unopened(filepath.Join(t.TempDir(), "missing")) {
		t.Error("a file that is not there")
	}
}
