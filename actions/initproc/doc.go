// Package initproc makes this program a small init where it is process 1 of a container.
//
// Process 1 inherits every orphan of its PID namespace and must reap it; the kernel
// discards every signal to it that it does not handle, and ends the namespace with it
// (pid_namespaces(7)). A supervisor cannot do that beside its own work. So process 1 starts
// this program again, as its child, and only forwards signals and reaps.
package initproc
