// Package files says which file is which, whether one changed, and what a process has open.
//
// A file is named by its ID, the device and the inode number: a path may lead elsewhere a
// moment later. The package must never write to a file, or make or remove one.
package files
