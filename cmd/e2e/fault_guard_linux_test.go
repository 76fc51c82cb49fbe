//go:build !blunt

package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// unlocked returns one of the Temporals that runs without its lock, 0 for none: fdinfo lists the
// locks that a descriptor holds.
func (h *siege) unlocked(list []int) int {
	for _, pid := range list {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fdinfo/*", pid))
		locks := 0
		for _, file := range files {
			info, _ := os.ReadFile(file)
			locks += bytes.Count(info, []byte("FLOCK  ADVISORY  WRITE"))
		}
		if locks == 0 && h.owns(pid) && len(files) > 0 {
			return pid
		}
	}
	return 0
}
