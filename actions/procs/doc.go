// Package procs waits for the exit of a process and signals it, by its identity.
//
// Where the kernel has a reference to a process (a pidfd on Linux; a kqueue and an audit token
// on macOS), the package opens it, then proves the identity, and acts on the reference: so it
// never reaches a process that got the PID later. macOS before 14.2 cannot signal so: there the
// proof comes immediately before a signal by PID. The package decides nothing.
package procs
