// Package probes has a room for each subject that is observed: proc, files, locks, ports,
// temporal, host, logs, sqlite, and below them xnu. What follows holds in each.
//
// A probe only reads. It must never signal, take a lock, write a file, keep a connection open or
// draw a conclusion: what follows from an answer is decided in package fsm. An answer describes
// the moment in which it was taken, so the code that acts on one proves it again where the
// kernel can (the lock itself, the bind itself).
package probes
