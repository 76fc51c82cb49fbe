// Package procs waits for the exit of a process and signals it, by its identity.
//
// It holds on to the process by the kernel's own reference where there is one (a pidfd
// on Linux; a kqueue and an audit token on macOS), proves then that this is the process
// that is meant, and acts on it: so neither can come to mean a process that was given
// the PID later. macOS before 14.2 cannot signal so: there the proof comes immediately
// before a signal by PID. The package decides nothing.
package procs
