package main

import (
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
