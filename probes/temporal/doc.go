// Package temporal asks a Temporal server: whether it serves and can run a workflow,
// whether its web UI answers, and which version a program is.
//
// It sends requests that read, but for those that others send on a Line, on loopback or wherever the server listens, and runs a
// program for its version alone. It must never change what the server has, keep a
// connection open or decide what an answer means for a state.
package temporal
