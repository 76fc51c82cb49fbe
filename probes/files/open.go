package files

import (
	"os"
	"slices"

	"github.com/stigmer/local/probes/proc"
)

// Descriptor is a file that a process has open.
type Descriptor struct {
	ID
	// FD is the descriptor.
	FD int
	// Deleted says that the file has no name any more.
	Deleted bool
	// Locked says on macOS that this very description has a flock. Linux has that elsewhere.
	Locked bool
	// Path opens that very file while the process lives. It is empty if no path does, as
	// for a deleted file on macOS. Name is where the file is, or was before it was deleted;
	// empty where that is not known. Only DescriptorAt fills them.
	Path, Name string
}

// MayHaveOpen reports whether a process has a file open. It is true where that is not known.
func MayHaveOpen(pid int, info os.FileInfo) bool {
	file, err := IDOf(info)
	if err != nil {
		return true
	}
	found, err := lookFor(pid, file)
	return err != nil || found
}

// HasOpen reports whether a process has a file open. It returns false where the process's
// descriptors cannot be read.
func HasOpen(pid int, file ID) bool {
	found, err := lookFor(pid, file)
	return err == nil && found
}

func lookFor(pid int, file ID) (found bool, err error) {
	err = EachDescriptor(pid, func(f Descriptor) bool {
		found = f.ID == file
		return !found
	})
	return found, err
}

// ServersWith returns the Temporal development servers that have the file at path open,
// whatever started them. Other programs with the file open are not among them, and
// whether a server has a lock is not asked.
func ServersWith(path string) []proc.Info {
	if unopened(path) {
		return nil
	}
	file, err := IDAt(path)
	if err != nil {
		return nil
	}
	pids, err := proc.PIDs()
	if err != nil {
		return nil
	}
	return proc.Describe(slices.DeleteFunc(pids, func(pid int) bool {
		if !proc.IsDevServer(pid) {
			return true
		}
		found, err := lookFor(pid, file)
		return err != nil || !found
	}))
}
