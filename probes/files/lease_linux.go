//go:build !blunt

package files

import (
	"os"

	"golang.org/x/sys/unix"
)

// unopened reports whether no process but the caller has the file at path open, by the kernel's
// own count: it grants a write lease only then (fcntl(2), F_SETLEASE). The lease is given back
// at once. It is false as well where the kernel does not say: for another user's file, and on
// file systems without leases.
func unopened(path string) bool {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer file.Close()
	if _, err := unix.FcntlInt(file.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
		return false
	}
	_, err = unix.FcntlInt(file.Fd(), unix.F_SETLEASE, unix.F_UNLCK)
	return err == nil
}
