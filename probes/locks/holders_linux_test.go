//go:build !blunt

package locks

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// What StateOf does for a holder that it may not look into.
func TestListed(t *testing.T) {
	path := lockFile(t)
	info, err := os.Stat(path)
	check(t, err)
	if state, err := listed(path, info); state != Free || err != nil {
		t.Errorf("listed = %s, %v", state, err)
	}
	locked(t, path)
	if state, err := listed(path, info); state != Held || err != nil {
		t.Errorf("listed = %s, %v", state, err)
	}
}

// overlay and tmpfs have device numbers and inode numbers of their own.
func TestListedOnOtherFileSystems(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("mounting needs root")
	}
	for _, kind := range []string{"tmpfs", "overlay"} {
		t.Run(kind, func(t *testing.T) {
			root := t.TempDir()
			for _, dir := range []string{"lower", "upper", "work", "mnt"} {
				check(t, os.Mkdir(filepath.Join(root, dir), 0o700))
			}
			mnt := filepath.Join(root, "mnt")
			options := fmt.Sprintf("lowerdir=%[1]s/lower,upperdir=%[1]s/upper,workdir=%[1]s/work", root)
			if kind == "tmpfs" {
				options = "size=1m"
			}
			if out, err := exec.Command("mount", "-t", kind, "-o", options, kind, mnt).CombinedOutput(); err != nil {
				t.Skipf("mount: %v: %s", err, out)
			}
			defer exec.Command("umount", mnt).Run()
			path := filepath.Join(mnt, "temporal.lock")
			check(t, os.WriteFile(path, nil, 0o600))
			info, err := os.Stat(path)
			check(t, err)
			file := locked(t, path)
			if state, err := listed(path, info); state != Held || err != nil {
				t.Errorf("listed = %s, %v", state, err)
			}
			wantHolders(t, path, os.Getpid())
			check(t, file.Close())
			wantHolders(t, path)
		})
	}
}

func TestFindLock(t *testing.T) {
	const table = "1: FLOCK  ADVISORY  WRITE 705 00:1f:4711 0 EOF\n" +
		"1: -> FLOCK  ADVISORY  WRITE 706 00:1f:4712 0 EOF\n" +
		"2: POSIX  ADVISORY  WRITE 707 00:1f:4713 0 EOF\n"
	for _, test := range []struct {
		device, number string
		want           State
	}{
		{"00:1f", "4711", Held},
		{"08:01", "4711", Free},
		{"", "4711", Unknown},
		{"00:1f", "711", Free},
		{"00:1f", "4712", Free}, // only waited for
		{"00:1f", "4713", Free}, // another kind of lock
	} {
		if got := findLock(table, test.device, test.number); got != test.want {
			t.Errorf("findLock(%q, %s) = %s, want %s", test.device, test.number, got, test.want)
		}
	}
}

func BenchmarkHolders(b *testing.B) {
	path := filepath.Join(b.TempDir(), "lock")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Holders(path); err != nil {
			b.Fatal(err)
		}
	}
}

// A container's home may have the same name as one of this machine.
func TestForgottenInAnotherMountNamespace(t *testing.T) {
	attr := syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	forgottenCase{mark: forgottenHome, attr: attr, root: true}.run(t)
}
