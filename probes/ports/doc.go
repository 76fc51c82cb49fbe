// Package ports says which ports are free, and which process owns a port that is not.
//
// Only Conflict, MayListen and Reachable listen, each for an instant. The package must
// never keep a port, or send anything to what listens on one.
package ports
