package main

import (
	"fmt"

	"github.com/prometheus/procfs"
)

// hardware is the CPU's model, the memory in bytes and the load of the last minute.
func hardware() (model string, memory uint64, busy string) {
	model, busy = "unknown CPU", "unknown"
	system, err := procfs.NewDefaultFS()
	if err != nil {
		return model, 0, busy
	}
	if info, err := system.CPUInfo(); err == nil && len(info) > 0 && info[0].ModelName != "" {
		model = info[0].ModelName
	}
	if info, err := system.Meminfo(); err == nil && info.MemTotalBytes != nil {
		memory = *info.MemTotalBytes
	}
	if load, err := system.LoadAvg(); err == nil {
		busy = fmt.Sprintf("%.2f", load.Load1)
	}
	return model, memory, busy
}
