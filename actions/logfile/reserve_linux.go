package logfile

import (
	"os"

	"golang.org/x/sys/unix"
)

// reserve sets room aside for the first n bytes of a file and leaves its size: to
// write them cannot fail for want of room (fallocate(2), FALLOC_FL_KEEP_SIZE).
func reserve(file *os.File, n int64) error {
	return unix.Fallocate(int(file.Fd()), unix.FALLOC_FL_KEEP_SIZE, 0, n)
}
