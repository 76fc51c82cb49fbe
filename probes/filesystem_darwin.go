package probes

import "golang.org/x/sys/unix"

// LocalFileSystem reports whether a path is known to lie on a disk of this machine
// (MNT_LOCAL, statfs(2)). It costs one call of the kernel.
func LocalFileSystem(path string) bool {
	var fs unix.Statfs_t
	return unix.Statfs(path, &fs) == nil && fs.Flags&unix.MNT_LOCAL != 0 && unix.ByteSliceToString(fs.Fstypename[:]) == "apfs"
}
