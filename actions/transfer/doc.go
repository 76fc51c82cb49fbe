// Package transfer makes database files: a copy of a database that a server may have open, and such a
// copy brought to the schema of another version of Temporal. SQLite's own engine makes them, but for a
// copy of a file that no process writes.
//
// It never writes to a database that it reads, and it gives no file the name by which a server
// would open it: its caller does, once the file is whole.
package transfer
