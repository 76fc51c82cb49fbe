//go:build !blunt

package e2e_test

// counted is a program as it is: only macOS's calls are counted.
func counted(program func() int) func() int { return program }
