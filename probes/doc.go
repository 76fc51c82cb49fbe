// Package probes says what is so: which process a PID is, who holds a lock,
// who owns a port, whether Temporal serves.
//
// It only looks. It must never signal, take a lock, write a file, keep a
// connection open or draw a conclusion: what follows from an answer is decided
// in package fsm. An answer describes the moment in which it was taken, so
// whoever acts on one proves it again where the kernel can (the lock itself,
// the bind itself).
//
// A process is named by its fsm.Process, never by a bare PID, and a lock's
// holder is found by the open inode, never by the PID that /proc/locks names.
package probes
