// Package evidence finds out which process holds temporal.lock and supervisor.lock, and proves
// whether it is of a home: by the recorded identity, by the mark in its environment, by its group
// or its parent. Recover rebuilds a lost record from that.
//
// It believes no PID that the kernel does not confirm at that moment. It signals nothing, and it
// changes nothing but a record that cannot be read, which the holder of supervisor.lock sets aside.
package evidence
