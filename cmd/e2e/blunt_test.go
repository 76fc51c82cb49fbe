//go:build linux && blunt

package e2e_test

// blunt says that the programs see no more than macOS offers: of a shell no environment, and, which is no
// matter of macOS, of an orphan not the process that has forked it.
const blunt = true
