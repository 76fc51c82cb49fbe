package e2e_test

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// unmountBelow takes away what tests mounted in a folder, the latest first. A
// mount point's path is the fifth field of mountinfo; proc(5).
func unmountBelow(folder string) {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return
	}
	lines := strings.Split(string(text), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if fields := strings.Fields(lines[i]); len(fields) > 4 && strings.HasPrefix(fields[4], folder+"/") {
			unix.Unmount(fields[4], unix.MNT_DETACH)
		}
	}
}
