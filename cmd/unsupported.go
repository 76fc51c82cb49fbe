//go:build !linux && !darwin

// The package clause differs from that of the other files on purpose. On any
// other system the go command then stops before it compiles anything, and its
// one line of complaint ends with this name.
package stigmer_supports_only_linux_and_darwin
