// Package database guards the file in which Temporal keeps its data: it takes the lock beside it,
// says why a path or its contents are not fit, backs it up before another version opens it, and
// renames a half-made one.
//
// It never deletes and never overwrites: it copies or renames a database, with all that SQLite
// keeps beside it, to a name that was free. It never writes to a database.
package database
