package host

import (
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// shared are the file systems, as the kernel names them in the table of mounts, on
// which a flock may hold on one host only, or not at all: NFS before Linux 2.6.12
// and with local_lock, SMB, 9p, and the folders that virtual machines and Docker
// Desktop share with their host (flock(2), nfs(5)).
var shared = []string{
	"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "gfs2", "ocfs2", "lustre", "glusterfs", "afpfs", "webdav",
	"vboxsf", "prl_fs", "virtiofs", "vmhgfs", "fakeowner", "macfuse", "osxfuse",
}

// ownFUSE are those in user space that lie on a disk of this machine; what any other
// one leads to is not known.
var ownFUSE = []string{
	"fuse.fuse-overlayfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "fuse.bindfs", "fuse.mergerfs", "fuse.ntfs-3g",
	"fuse.exfat", "fuse.zfs", "fuse.lxcfs",
}

// fileSystem is what the system says of the one that a path is on.
type fileSystem struct {
	// kind is its name, as in "ext4", empty where it is not known.
	kind string
	// remote says that it is known not to lie on this machine.
	remote bool
}

func (f fileSystem) shared() bool { return f.remote || mayBeShared(f.kind) }

// SharedFileSystem names the file system of a path without symlinks if it is one that other
// hosts may use as well, so that a flock on it need not keep them away. It is empty for a local
// one, and where that is not known.
func SharedFileSystem(path string) string {
	if f := fileSystemOf(path); f.shared() {
		return f.kind
	}
	return ""
}

// NoExec reports whether the file system of a path is mounted so that no program on it can
// be run: execve(2) answers EACCES there, whatever the program's mode is. It returns false
// where statfs fails.
func NoExec(path string) bool {
	s, err := statfs(path)
	return err == nil && s.Flags&noExec != 0
}

func mayBeShared(kind string) bool {
	return slices.Contains(shared, kind) || strings.HasPrefix(kind, "fuse.") && !slices.Contains(ownFUSE, kind)
}

// statfs is statfs(2), again where a signal comes between: a file system in user space can
// be slow to answer.
func statfs(path string) (unix.Statfs_t, error) {
	var s unix.Statfs_t
	err := unix.Statfs(path, &s)
	for err == unix.EINTR {
		err = unix.Statfs(path, &s)
	}
	return s, err
}
