package host

import (
	"testing"

	"github.com/moby/sys/mountinfo"
)

func TestMountedAt(t *testing.T) {
	mounts := []*mountinfo.Info{
		{Mountpoint: "/", FSType: "ext4"},
		{Mountpoint: "/home", FSType: "nfs4"},
		{Mountpoint: "/home/ann/local", FSType: "xfs"},
		{Mountpoint: "/mnt", FSType: "ext4"},
		{Mountpoint: "/mnt", FSType: "fuse.sshfs"}, // over the other
	}
	for path, want := range map[string]string{
		"/": "ext4", "/home2/ann": "ext4", "/home": "nfs4", "/home/ann/.stigmer": "nfs4",
		"/home/ann/local/.stigmer": "xfs", "/home/ann/localized": "nfs4", "/mnt/x": "fuse.sshfs",
	} {
		if got := mountedAt(path, mounts); got != want {
			t.Errorf("%s is on %s, want %s", path, got, want)
		}
	}
}

// The kernel's own table is read: whatever the test's folder is on, it is known.
func TestTableOfMounts(t *testing.T) {
	mounts, err := mountinfo.GetMounts(nil)
	check(t, err)
	if kind := mountedAt("/", mounts); kind == "" {
		t.Errorf("nothing is mounted on / among %d mounts", len(mounts))
	}
}

// A local file system is named without the table, and one by the table where it is not known.
func TestFileSystemOf(t *testing.T) {
	if f := fileSystemOf("/proc"); f.kind != "proc" || f.shared() || localKind("/proc") != "" {
		t.Errorf("/proc is on %+v", f)
	}
	if f := fileSystemOf("/none/such"); f.shared() {
		t.Errorf("what is not there is on %+v", f)
	}
}
