// Package dashboard shows the state: in words, as a picture, and as it changes, on a terminal in
// place, elsewhere a line for each transition. It also waits for a state.
//
// It only reads.
package dashboard
