//go:build !blunt

package cmd_test

// counted is a program as it is: only macOS's calls are counted.
func counted(program func() int) func() int { return program }
