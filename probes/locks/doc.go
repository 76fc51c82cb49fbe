// Package locks says whether a lock is held, and which processes hold it.
//
// It must never take a lock: an instant of holding one would make another process fail. A
// holder is found by the open inode, never by the PID that /proc/locks names.
package locks
