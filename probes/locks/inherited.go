package locks

import (
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/proc"
)

// inheritedDescriptor is the descriptor at which Temporal inherits temporal.lock: the
// first after the three standard ones.
const inheritedDescriptor = 3

// File is a lock file that its path does not lead to.
type File struct {
	files.ID
	// Path is that of files.Descriptor.
	Path string
}

// Inherited finds a lock that p inherited at inheritedDescriptor on a file that was
// deleted or moved since, so that path does not lead to it, and false if there is
// none.
func Inherited(p fsm.Process, path string) (File, bool) {
	if !proc.Alive(p) {
		return File{}, false
	}
	file, ok := files.DescriptorAt(p.PID, inheritedDescriptor)
	if !ok || !hasLock(p.PID, file) {
		return File{}, false
	}
	if there, err := files.IDAt(path); err == nil && there == file.ID {
		return File{}, false
	}
	return File{file.ID, file.Path}, true
}
