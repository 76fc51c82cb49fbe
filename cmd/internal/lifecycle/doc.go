// Package lifecycle drives a command or a supervisor to its end and reports what happened.
//
// What is decided on the way is decided in package fsm, and what is done is done in package
// actions.
package lifecycle
