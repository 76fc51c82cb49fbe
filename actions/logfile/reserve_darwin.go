package logfile

import (
	"os"

	"golang.org/x/sys/unix"
)

// reserve sets room aside for the first n bytes of a file and leaves its size: to
// write them cannot fail for want of room (fcntl(2), F_PREALLOCATE).
func reserve(file *os.File, n int64) error {
	return unix.FcntlFstore(file.Fd(), unix.F_PREALLOCATE, &unix.Fstore_t{
		Flags: unix.F_ALLOCATEALL, Posmode: unix.F_PEOFPOSMODE, Length: n,
	})
}
