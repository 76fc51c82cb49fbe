//go:build darwin || blunt

package host

// memoryGroupOf returns the zero group: macOS has no groups with a limit of memory.
func memoryGroupOf(int) memoryGroup { return memoryGroup{} }
