package probes

import (
	"os"
	"slices"
)

// OpenFile is a file that a process has open.
type OpenFile struct {
	FileID
	// FD is the descriptor.
	FD int
	// Deleted says that the file has no name any more.
	Deleted bool
	// Locked says on macOS that this very description has a flock. Linux has that elsewhere.
	Locked bool
	// Path opens that very file while the process lives. It is empty if no path does, as
	// for a deleted file on macOS. Name is where the file is, or was before it was deleted;
	// empty where that is not known. Only OpenAt fills them.
	Path, Name string
}

// HasOpen reports whether a process has a file open. Where that cannot be told it is
// true.
func HasOpen(pid int, info os.FileInfo) bool {
	file, err := FileIDOf(info)
	if err != nil {
		return true
	}
	found, err := hasOpen(pid, file)
	return err != nil || found
}

// HasFile reports whether a process has a file open. It returns false where the process's
// descriptors cannot be read.
func HasFile(pid int, file FileID) bool {
	found, err := hasOpen(pid, file)
	return err == nil && found
}

func hasOpen(pid int, file FileID) (found bool, err error) {
	err = EachOpen(pid, func(f OpenFile) bool {
		found = f.FileID == file
		return !found
	})
	return found, err
}

// Servers returns the Temporal development servers that have the file at path open,
// whatever started them. Other programs with the file open are not among them, and
// whether a server has a lock is not asked.
func Servers(path string) []Holder {
	if unopened(path) {
		return nil
	}
	file, err := FileAt(path)
	if err != nil {
		return nil
	}
	pids, err := PIDs()
	if err != nil {
		return nil
	}
	return Describe(slices.DeleteFunc(pids, func(pid int) bool {
		if !IsDevServer(pid) {
			return true
		}
		found, err := hasOpen(pid, file)
		return err != nil || !found
	}))
}
