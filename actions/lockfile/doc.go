// Package lockfile takes, checks and waits for a lock: a flock on a file of its own, which the
// kernel keeps as long as any process has the description open, and no longer.
//
// It must never unlink a lock file, and never use LOCK_UN: a lock that was inherited is shared, and
// unlocking it would unlock it for Temporal too. A lock is released by closing its last copy. The
// package decides nothing about the owner of a lock, and signals no process.
package lockfile
