// Package fsm decides. It holds two protocols, the supervisor's (Table: states and
// events) and the commands' (CommandTable: phases and events), the resume rule and
// the restart policy. Each protocol is a table with a step function: (a value, an
// input) to (a new value, effects as data). Drive, a loop over interfaces declared here,
// is all that connects them to a world.
//
// It must never do I/O, read a clock or start a goroutine: time arrives in the
// inputs and everything to be done leaves as an Effect. That is what lets the
// tests put the very same code into a simulated world and try every
// interleaving. The idea is that of etcd's raft library.
//
// The rule that all of it follows: the record that names a state is saved before the state's
// action runs, so a process that finds the record after a crash knows what may have been begun.
// Locking's action needs none, as the kernel releases the lock of a process that exits.
package fsm
