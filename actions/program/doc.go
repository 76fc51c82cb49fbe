// Package program says what a program file is that Temporal is run from: its versions, and whether
// it runs at all.
//
// It reads what Go's linker left in the file. A program that does not say enough there, a wrapper
// or a build from a source archive, is run with --version as Temporal will be run, and what it
// printed is remembered in the home. It must never run a program for anything else.
package program
