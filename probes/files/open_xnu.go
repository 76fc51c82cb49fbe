//go:build darwin || blunt

package files

import (
	"syscall"

	"github.com/stigmer/local/probes/xnu"
)

var system = mac{xnu.System()}

func deviceNumber(stat *syscall.Stat_t) uint64 { return uint64(uint32(stat.Dev)) }

// EachDescriptor calls look for the open files of a process until look returns false.
func EachDescriptor(pid int, look func(Descriptor) bool) error {
	return system.eachDescriptor(pid, look)
}

// DescriptorAt reads one descriptor of a process. On macOS no path opens a deleted file.
func DescriptorAt(pid, fd int) (Descriptor, bool) { return system.descriptorAt(pid, fd) }

// unopened is never certain on macOS, whose kernel gives no count of a file's openers.
func unopened(string) bool { return false }

func programFile(pid int) (ID, bool) { return system.programFile(pid) }
