package actions

import (
	"os"
	"path/filepath"
	"testing"
)

// TestWriteWatch: each time that it is armed it reports one write, also to a file without a
// name.
func TestWriteWatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	log, err := openLog(path)
	check(t, err)
	defer log.Close()
	kept := keptLog{path: path, file: log}
	watch := newWriteWatch()
	defer watch.close()
	check(t, watch.err)
	for i := range 3 {
		watch.arm([]string{filepath.Join(t.TempDir(), "missing"), kept.watchPath()})
		is(t, "before a write", len(watch.written), 0)
		for range 10 {
			write(t, log, []byte("a line\n"))
		}
		within(t, "a write", watch.written)
		if i == 0 {
			check(t, os.Remove(path))
		}
	}
}
