package logfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
)

// TestWriteWatch: each time that it is armed it reports one write, also to a file without a
// name.
func TestWriteWatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	log, err := Open(path)
	stage.Check(t, err)
	defer log.Close()
	kept := keptLog{path: path, file: log}
	watch := newWriteWatch()
	defer watch.close()
	stage.Check(t, watch.err)
	for i := range 3 {
		watch.arm([]string{filepath.Join(t.TempDir(), "missing"), kept.watchPath()})
		stage.Is(t, "before a write", len(watch.written), 0)
		for range 10 {
			write(t, log, []byte("a line\n"))
		}
		stage.Within(t, "a write", watch.written)
		if i == 0 {
			stage.Check(t, os.Remove(path))
		}
	}
}
