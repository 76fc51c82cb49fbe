package actions

import (
	"os"

	"golang.org/x/sys/unix"
)

// behead takes the first n bytes, whole blocks, out of a file: what follows them
// is then its beginning. ext4 and XFS do it; a write that appends comes before it or
// after it (fallocate(2), FALLOC_FL_COLLAPSE_RANGE; both take the inode's lock).
func behead(file *os.File, n int64) bool {
	return unix.Fallocate(int(file.Fd()), unix.FALLOC_FL_COLLAPSE_RANGE, 0, n) == nil
}
