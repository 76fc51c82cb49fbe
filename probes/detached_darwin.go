package probes

import "github.com/stigmer/local/fsm"

// Detached is empty on macOS, where nothing leads to a file that has no name.
// There the database's lock and the ports keep a second Temporal away.
func Detached(fsm.Process, string) string { return "" }
