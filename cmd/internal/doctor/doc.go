// Package doctor checks the surroundings of a home, and mends what a check offers to mend.
//
// It must never touch a database, or what runs.
package doctor
