package probes

import "golang.org/x/sys/unix"

// local are the file systems, by the number that the kernel gives them (statfs(2)), on
// which no other host and no program in user space has a word in locks.
var local = map[int64]bool{
	unix.EXT4_SUPER_MAGIC: true, unix.XFS_SUPER_MAGIC: true, unix.BTRFS_SUPER_MAGIC: true, unix.F2FS_SUPER_MAGIC: true,
	unix.TMPFS_MAGIC: true, unix.OVERLAYFS_SUPER_MAGIC: true, zfsMagic: true, bcachefsMagic: true,
}

// What the kernel's headers have no name for.
const (
	zfsMagic      = 0x2fc12fc1
	bcachefsMagic = 0xca451a4e
)

// LocalFileSystem reports whether a path is known to lie on a disk, or in the
// memory, of this machine. It costs one call of the kernel.
func LocalFileSystem(path string) bool {
	var fs unix.Statfs_t
	for {
		err := unix.Statfs(path, &fs)
		if err == unix.EINTR {
			continue
		}
		return err == nil && local[int64(fs.Type)]
	}
}
