// Package installer provides the Temporal CLI and reports how far it is.
//
// How it is provided is package actions/install.
package installer
