//go:build !linux || !blunt

package e2e_test

const blunt = false
