// Package oneshot runs one command with a Temporal of its own, and leaves nothing of that: not the server, not its
// home, not what the command has started.
//
// It starts and stops Temporal as start and stop do. What ends it if this process is killed is in other processes:
// the supervisor, to which the record names this process, and the caretaker.
package oneshot
