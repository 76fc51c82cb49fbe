package probes

import "golang.org/x/sys/unix"

// IsMounted reports whether the file at a path was mounted there, as mount --bind does
// with a single file, so that it has another path as well. It is false where the kernel
// does not tell (before Linux 5.8: statx(2), STATX_ATTR_MOUNT_ROOT).
func IsMounted(path string) bool {
	var stat unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, unix.AT_STATX_DONT_SYNC, 0, &stat)
	return err == nil && stat.Attributes&stat.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT != 0
}
