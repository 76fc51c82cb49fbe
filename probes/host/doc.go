// Package host reads what the machine allows: file systems and their kinds, limits of
// files and processes, disk space, and the memory limit of a group.
//
// It must never change a limit or a file. FlockWorks tries a lock on a file of its own.
package host
