package statefile

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// storedName asks the kernel for an open folder's path: names as they are stored, without
// symlinks, a firmlink's target by its own name. F_GETPATH writes at most MAXPATHLEN bytes,
// the zero included (fcntl(2); bsd/kern/kern_descrip.c).
func storedName(folder string) (string, error) {
	fd, err := unix.Open(folder, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	var name [unix.PathMax]byte
	// Of the calls that package unix has for fcntl only this one hands a pointer on as it is.
	if err := unix.FcntlFlock(uintptr(fd), unix.F_GETPATH, (*unix.Flock_t)(unsafe.Pointer(&name))); err != nil {
		return "", err
	}
	return unix.ByteSliceToString(name[:]), nil
}
