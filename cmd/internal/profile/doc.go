// Package profile writes where Temporal is for other programs: as variables of a shell, and
// into the profiles of the Temporal CLI.
//
// It must never lose a line of a file that is the user's.
package profile
