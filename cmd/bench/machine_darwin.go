package main

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// hardware is the CPU's model, the memory in bytes and the load, which is not known here.
func hardware() (model string, memory uint64, busy string) {
	model, err := unix.Sysctl("machdep.cpu.brand_string")
	if err != nil {
		model = "unknown CPU"
	}
	memory, err = unix.SysctlUint64("hw.memsize")
	if err != nil {
		memory = 0
	}
	return model, memory, "unknown"
}

// maxMegabytes is the most memory that a process had: macOS counts it in bytes (getrusage(2)).
func maxMegabytes(usage *syscall.Rusage) float64 { return float64(usage.Maxrss) / 1e6 }
