package probes

import (
	"slices"
	"strings"

	"github.com/moby/sys/mountinfo"
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

// SharedFileSystem names the file system of a path without symlinks if it is one
// that other hosts may use as well, so that a flock on it need not keep them away.
// It is empty for a local one, and where that cannot be told.
func SharedFileSystem(path string) string {
	if LocalFileSystem(path) {
		return "" // without the whole table of mounts
	}
	mounts, err := mountinfo.GetMounts(nil)
	if err != nil {
		return ""
	}
	if kind := mountedAt(path, mounts); mayBeShared(kind) {
		return kind
	}
	return ""
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

func mayBeShared(kind string) bool {
	return slices.Contains(shared, kind) || strings.HasPrefix(kind, "fuse.") && !slices.Contains(ownFUSE, kind)
}
