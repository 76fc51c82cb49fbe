package host

import (
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

// local are the file systems, by the number that the kernel gives them (statfs(2)), on
// which no other host and no program in user space has a word in locks.
var local = map[int64]string{
	unix.EXT4_SUPER_MAGIC: "ext4", unix.XFS_SUPER_MAGIC: "xfs", unix.BTRFS_SUPER_MAGIC: "btrfs", unix.F2FS_SUPER_MAGIC: "f2fs",
	unix.TMPFS_MAGIC: "tmpfs", unix.OVERLAYFS_SUPER_MAGIC: "overlay", zfsMagic: "zfs", bcachefsMagic: "bcachefs",
}

// noExec is the flag of a mount from which no program is run (statfs(2), ST_NOEXEC; the
// kernel's ST_ flags are its MS_ flags of that name, include/linux/statfs.h).
const noExec = unix.MS_NOEXEC

// What the kernel's headers have no name for.
const (
	zfsMagic      = 0x2fc12fc1
	bcachefsMagic = 0xca451a4e
)

// localKind is the kind of the file system of a path, empty if it is not known to lie on a disk, or in
// the memory, of this machine. It costs one call of the kernel.
func localKind(path string) string {
	s, err := statfs(path)
	if err != nil {
		return ""
	}
	return local[int64(s.Type)]
}

// fileSystemOf reads the table of mounts only for what is not known to be local. Which of
// the others are remote is a matter of their kind.
func fileSystemOf(path string) fileSystem {
	if kind := localKind(path); kind != "" {
		return fileSystem{kind: kind}
	}
	mounts, err := mountinfo.GetMounts(nil)
	if err != nil {
		return fileSystem{}
	}
	return fileSystem{kind: mountedAt(path, mounts)}
}

// mountedAt is the file system of a path: the last of those that were mounted
// deepest on the way to it.
func mountedAt(path string, mounts []*mountinfo.Info) string {
	var deepest mountinfo.Info
	for _, m := range mounts {
		below := m.Mountpoint == "/" || path == m.Mountpoint || strings.HasPrefix(path, m.Mountpoint+"/")
		if below && len(m.Mountpoint) >= len(deepest.Mountpoint) {
			deepest = *m
		}
	}
	return strings.ToLower(deepest.FSType)
}
