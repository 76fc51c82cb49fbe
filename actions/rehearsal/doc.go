// Package rehearsal runs a Temporal for a moment on a database that no client uses, on ports that
// no client knows: to see what it makes of an empty file, and whether it serves from a file that is to
// become the database.
//
// A rehearsed Temporal must never outlive its command. It holds rehearsal.lock, so that the next
// rehearsal finds one that did, proves it ours by the lock and the home's mark, and ends it. On Linux the kernel
// ends it with the command. This package must never touch a home's own Temporal or database.
package rehearsal
