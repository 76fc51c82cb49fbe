package files

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
)

// StandardError returns the file that p has as its standard error. It is false if that is
// no regular file, or cannot be examined.
func StandardError(p fsm.Process) (Descriptor, bool) {
	if !proc.Alive(p) {
		return Descriptor{}, false
	}
	file, ok := DescriptorAt(p.PID, unix.Stderr)
	if !ok || file.Path == "" {
		return file, ok && file.Deleted
	}
	info, err := os.Stat(file.Path)
	return file, err == nil && info.Mode().IsRegular()
}
