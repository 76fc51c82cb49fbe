// Package homes finds every home of this user, and prints them side by side.
//
// It must never ask a Temporal or start anything: it reads records and locks.
package homes
