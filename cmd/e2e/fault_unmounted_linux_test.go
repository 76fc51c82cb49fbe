package e2e_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFaultDatabaseUnmounted: a file system goes away with the database on it, or another one
// is mounted over it. That is no deleted database: what brings it back is the mount.
func TestFaultDatabaseUnmounted(t *testing.T) {
	t.Parallel()
	p := realPlace(t)
	p.onDisk("disk", "size=32m")
	p.local("start", "--probe-period", "300ms")
	unrestarted := restarted(p.record(), 0)
	folder := filepath.Join(p.home, "temporal-data")
	check(t, unix.Mount("tmpfs", folder, "tmpfs", 0, "size=1m"))
	away := func() { unix.Unmount(folder, unix.MNT_DETACH) }
	t.Cleanup(away)
	p.await("Degraded", unrestarted)
	p.exits(8, []string{"state"}, "mount it again")
	away()
	p.await("Healthy", unrestarted)
	p.stop()
}
