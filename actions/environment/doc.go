// Package environment decides which variables of a caller's environment Temporal gets.
// It is a list of what is let through: a server is shaped by the settings, and by
// nothing that a shell happens to have exported. What the list does not name, and no
// pattern of the user's does, is kept away.
//
// It must never change the environment of this process: a larger program may have it.
//
// The one idea: what is let through goes into the record, so that every later start of
// the same Temporal, by whatever process, gives it the same environment.
package environment
