//go:build darwin || blunt

package e2e_test

import "slices"

// unlocked returns one of the Temporals that runs without its lock, 0 for none.
func (h *siege) unlocked(list []int) int {
	for _, pid := range list {
		numbers, err := kernel.Files(pid)
		locked := slices.ContainsFunc(numbers, func(fd int) bool {
			file, err := kernel.File(pid, fd)
			return err == nil && file.HasFlock
		})
		if err == nil && len(numbers) > 0 && !locked && h.owns(pid) {
			return pid
		}
	}
	return 0
}
