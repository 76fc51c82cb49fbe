package probes

import "golang.org/x/sys/unix"

// Dying reports whether a process has been killed and has not gone yet. macOS
// shows nobody the signals that wait for a process, so that only one that has
// gone is known to be dying.
func Dying(pid int) bool {
	_, err := Identify(pid)
	return err != nil
}

// stopped is SSTOP of sys/proc.h.
const stopped = 4

// Asleep reports whether a process is stopped by a signal or by a debugger: it
// lives, keeps its locks, and does nothing.
func Asleep(pid int) bool {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	return err == nil && info.Proc.P_stat == stopped
}
