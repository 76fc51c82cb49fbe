// Package install provides Temporal CLIs for a home: it fetches a version from
// the project's releases or builds it with go, puts it beside the others, and
// makes bin/temporal lead to it.
//
// A version is there whole or not at all: it is made in the staging folder,
// synced, and renamed. What is fetched is held against its published SHA-256
// before anything of it can be run. Only the holder of bin/install.lock writes.
//
// It must never touch a process, a lock or a file of the lifecycle, never
// overwrite a program that it has not put there, and never use the network but
// to fetch what Install was asked for.
package install
