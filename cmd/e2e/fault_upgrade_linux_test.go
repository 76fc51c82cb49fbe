package e2e_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestFaultDiskFullAtUpgrade: on a disk that has no room for a second database nothing is stopped. If it becomes full
// in the middle, the old program goes on with the old database as soon as there is room to start.
func TestFaultDiskFullAtUpgrade(t *testing.T) {
	t.Parallel()
	old, now := versions(t)
	p := newPlace(t, old)
	p.bin = plainStigmer(t)
	p.onDisk("disk", "size=24m")
	p.local("start")
	p.works("default")
	ballast := filepath.Join(filepath.Dir(p.home), "ballast")
	wrapper := filepath.Join(p.dir, "temporal")
	fill := "cat /dev/zero >" + ballast + " 2>/dev/null"
	check(t, os.WriteFile(wrapper, []byte("#!/bin/sh\ncase \"$*\" in *.next-*) "+fill+";; esac\nexec "+now+" \"$@\"\n"), 0o700))
	out, status := p.try("upgrade", "--temporal-bin", wrapper, "--yes")
	check(t, os.Remove(ballast))
	if status == 0 {
		t.Fatalf("on a full disk:\n%s", out)
	}
	p.exits(0, []string{"start", "--temporal-bin", old})
	p.works("default")
	running := p.pid("temporal")
	if out, status := p.shell(fill + "; \"$0\" local upgrade --yes --temporal-bin " + wrapper); status != 1 {
		t.Errorf("on a disk that is full from the beginning: %d\n%s", status, out)
	} else {
		p.says("upgrade", out, "the disk has no room for a second database")
	}
	check(t, os.Remove(ballast))
	if p.pid("temporal") != running {
		t.Error("Temporal was stopped")
	}
	p.exits(0, []string{"upgrade", "--yes", "--temporal-bin", now})
	p.works("default")
	p.stop()
	left, err := filepath.Glob(p.database() + ".next-*")
	if err != nil || len(left) > 0 {
		t.Errorf("%q is left (%v)", left, err)
	}
}
