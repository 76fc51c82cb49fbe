package probes

// Dying reports whether a process has been killed and has not gone yet. macOS
// shows nobody the signals that wait for a process, so that only one that has
// gone is known to be dying.
func Dying(pid int) bool {
	_, err := Identify(pid)
	return err != nil
}
