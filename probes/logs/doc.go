// Package logs reads the two logs of a home: what a line says of its time and
// level, the last lines, also from the files that were rotated away, and what is
// written from then on, across rotations and restarts.
//
// It must never write, lock, or open anything but a regular file. That a log is
// copied and then truncated in its place (package actions rotates that way, since
// Temporal has the file open) is the one thing it has to see through: a byte is
// given once, whichever of the files it is read from.
package logs
