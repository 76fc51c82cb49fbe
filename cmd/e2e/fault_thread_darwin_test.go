package e2e_test

// threadOf has nothing else to name: macOS's threads have no number that a
// process could be taken for.
func threadOf(pid int) int { return pid }
