package locks

import (
	"os"
	"syscall"

	"github.com/stigmer/local/probes/xnu"
)

// mac answers the questions of this package from macOS's kernel.
type mac struct{ xnu.Kernel }

// knownUnlocked reports whether it is certain that the file at path has no lock.
func (m mac) knownUnlocked(path string) bool {
	held, err := m.lockedAt(path)
	return err == nil && !held
}

// listed says whether a file is locked, by whomever: another user as well.
func (m mac) listed(path string) (State, error) {
	held, err := m.lockedAt(path)
	switch {
	case err != nil:
		return Unknown, err
	case held:
		return Held, nil
	}
	return Free, nil
}

// lockedAt opens the file for an instant. The locks that flock(2) gives belong to
// descriptions, so that no lock is lost when this one is closed.
func (m mac) lockedAt(path string) (bool, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false, err
	}
	defer file.Close()
	return m.AnyLock(int(file.Fd()))
}
