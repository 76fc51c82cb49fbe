// Package statefile is the persisted record: the name of every file in a home,
// the record's schema, its atomic write, its reading with repair, its bounded
// history, and the two small files beside it (the PID file and the request).
//
// It must never decide what a record means, start or signal a process, or take a lock. Only the
// holder of supervisor.lock may write the record: its callers see to that.
//
// The one idea: a reader finds the old file or the new one, whole, whatever
// happened to the writer; and whatever else it finds (a link, a pipe, half a
// file, zeros) is named by a typed error instead of being followed, waited for
// or guessed at.
package statefile
