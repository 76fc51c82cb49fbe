// Package inspect takes a snapshot of a home and puts it into words: the state, the evidence
// for it, what helps, and the report for programs.
//
// It only reads: it must never take a lock for longer than a check, write a file or signal a
// process.
package inspect
