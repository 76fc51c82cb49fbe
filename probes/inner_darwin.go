package probes

// InnerPID is the PID itself: macOS has no PID namespaces.
func InnerPID(pid int) int { return pid }
