// Package reader prints logs: their last lines, and what is written from then on.
//
// It only reads, whether anything runs or not.
package reader
