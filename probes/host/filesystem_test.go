package host

import "testing"

func TestMayBeShared(t *testing.T) {
	for kind, want := range map[string]bool{
		"nfs": true, "nfs4": true, "cifs": true, "smb3": true, "9p": true, "virtiofs": true, "fakeowner": true,
		"fuse.sshfs": true, "fuse.grpcfuse": true, "smbfs": true,
		"ext4": false, "xfs": false, "btrfs": false, "tmpfs": false, "overlay": false, "apfs": false, "zfs": false,
		"fuseblk": false, "fuse.gocryptfs": false, "": false,
	} {
		if mayBeShared(kind) != want {
			t.Errorf("%q may be shared: %v", kind, !want)
		}
	}
}

// macOS says itself whether a file system lies on this machine. One that it calls local may
// still be shared with others.
func TestShared(t *testing.T) {
	for f, want := range map[fileSystem]bool{
		{kind: "apfs"}:                  false,
		{kind: "hfs"}:                   false,
		{kind: "exfat"}:                 false,
		{kind: "smbfs", remote: true}:   true,
		{kind: "unknown", remote: true}: true,
		{kind: "macfuse"}:               true,
		{kind: "unknown"}:               false,
		{}:                              false,
	} {
		if f.shared() != want {
			t.Errorf("%+v is shared: %v", f, !want)
		}
	}
}
