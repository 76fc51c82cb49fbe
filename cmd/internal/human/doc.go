// Package human writes values as people read them: durations, sizes, addresses, command
// lines, and the languages of shells.
//
// It must never read a file, ask a process or decide anything.
package human
