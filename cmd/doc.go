// Package cmd has the commands: it parses, wires and prints. Local returns the
// command tree for mounting in a larger program; Main is the whole of stigmer.
//
// It must never decide about the lifecycle (fsm does) nor touch a process or a
// lock by itself (actions does). It alone sees flags, the environment, the
// terminal and exit statuses.
package cmd
