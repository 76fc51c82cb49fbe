package probes

import "github.com/stigmer/local/fsm"

// LockDescriptor is the descriptor at which Temporal inherits temporal.lock: the
// first after the three standard ones.
const LockDescriptor = 3

// LockFile is a lock file that its path does not lead to.
type LockFile struct {
	FileID
	// Path is that of OpenFile.
	Path string
}

// InheritedLockPath finds a lock that p inherited at LockDescriptor on a file that was
// deleted or moved since, so that path does not lead to it, and false if there is
// none.
func InheritedLockPath(p fsm.Process, path string) (LockFile, bool) {
	if !Alive(p) {
		return LockFile{}, false
	}
	file, ok := OpenAt(p.PID, LockDescriptor)
	if !ok || !hasLock(p.PID, file) {
		return LockFile{}, false
	}
	if there, err := FileAt(path); err == nil && there == file.FileID {
		return LockFile{}, false
	}
	return LockFile{file.FileID, file.Path}, true
}
