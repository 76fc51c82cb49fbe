// Package dashboard shows the state as it changes: on a terminal in place, elsewhere a line for
// each transition, and as a picture.
//
// It only looks.
package dashboard
