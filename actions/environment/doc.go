// Package environment selects the variables of a caller's environment that Temporal gets:
// those on its list, and those that a pattern of the user's names. All others are kept
// away, so that the settings shape a server, and no variable that a shell happens to export.
//
// It must never change the environment of this process: a larger program may have it.
//
// The one idea: what is let through goes into the record, so that every later start of
// the same Temporal, by whatever process, gives it the same environment.
package environment
