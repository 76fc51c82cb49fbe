package probes

import (
	"slices"
	"strings"

	"github.com/shirou/gopsutil/v4/disk"
)

// networked are the file systems, as gopsutil names them, on which a flock may
// hold on one host only, or not at all: NFS before Linux 2.6.12 and with
// local_lock, SMB, 9p and the folders that virtual machines share (flock(2), nfs(5)).
var networked = []string{"nfs", "nfs4", "cifs", "smb", "smb2", "smbfs", "9p", "v9fs", "afs", "afpfs", "webdav", "vboxsf", "prl_fs", "ceph"}

// NetworkFileSystem names the file system of path if it is one that other hosts
// may use as well, so that a flock on it does not keep them away. It is empty for
// a local one, and where that cannot be told.
func NetworkFileSystem(path string) string {
	usage, err := disk.Usage(path)
	if err != nil {
		return ""
	}
	kind := strings.ToLower(usage.Fstype)
	if slices.Contains(networked, kind) {
		return kind
	}
	return ""
}
