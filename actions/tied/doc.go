// Package tied has what belongs to one run of a command with a Temporal of its own: its home, which
// is gone afterwards, and the processes that the command has started.
//
// It ends no process but the command, what was started with this home in its environment, and their descendants, and
// removes no folder that is not a run's own. It knows no states.
package tied
