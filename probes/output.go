package probes

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/fsm"
)

// OutputFile is the regular file that a process has as its standard error.
type OutputFile struct {
	FileID
	// Path opens that very file while the process lives. It is empty if no path does, as
	// for a deleted file on macOS.
	Path string
	// Name is where the file is, or was before it was deleted; empty where that is not known.
	Name string
	// Deleted says that the file has no name any more.
	Deleted bool
}

// StandardError returns the file that p has as its standard error. It is false if that is
// no regular file, or cannot be looked at.
func StandardError(p fsm.Process) (OutputFile, bool) {
	if !Alive(p) {
		return OutputFile{}, false
	}
	file, ok := openAt(p.PID, unix.Stderr)
	if !ok {
		return OutputFile{}, false
	}
	out := OutputFile{file.FileID, reopenPath(p.PID, file), file.path, file.deleted}
	if out.Path == "" {
		return out, out.Deleted
	}
	info, err := os.Stat(out.Path)
	return out, err == nil && info.Mode().IsRegular()
}
