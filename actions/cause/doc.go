// Package cause finds the code of a failure: in an error, or in the last words of a process that
// has ended, which is the only place where text is read for words.
//
// It formats nothing for people.
package cause
