// Package reader prints logs: their last lines, and what is written from then on.
//
// It only looks, whether anything runs or not.
package reader
