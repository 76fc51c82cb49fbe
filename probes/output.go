package probes

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
)

// StandardError returns the file that p has as its standard error. It is false if that is
// no regular file, or cannot be looked at.
func StandardError(p fsm.Process) (OpenFile, bool) {
	if !Alive(p) {
		return OpenFile{}, false
	}
	file, ok := OpenAt(p.PID, unix.Stderr)
	if !ok || file.Path == "" {
		return file, ok && file.Deleted
	}
	info, err := os.Stat(file.Path)
	return file, err == nil && info.Mode().IsRegular()
}
