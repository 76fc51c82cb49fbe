// Package cli has what every command says and returns: a Problem in three lines, the exit
// statuses, what goes to which stream and how much of it, the home, and the version.
//
// It must never start, stop or signal anything. It imports no other room of cmd but human.
package cli
