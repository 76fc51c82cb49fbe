// Package cause finds the code of a failure: in an error, or in the last lines of a process that
// has ended. It is the only package that classifies a failure by its words.
//
// It must never format text for people.
package cause
