// Package proc says which process a PID is, whether it runs, and what it was started with.
//
// A process is named by its fsm.Process, never by a bare PID: the kernel reuses PIDs. The
// package must never signal a process, and knows no files, locks or ports.
package proc
