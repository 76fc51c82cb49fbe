package e2e_test

import (
	"bytes"
	"os"
	"testing"
)

// The linker leaves out the methods that are never called, a sixth of the program, unless
// something in it calls methods by names that are made at run time, as text/template does.
func TestMethodsAreLeftOut(t *testing.T) {
	path, err := buildPlain()
	check(t, err)
	program, err := os.ReadFile(path)
	check(t, err)
	const called, uncalled = "os.(*File).Sync", "os.(*File).Chdir"
	for _, method := range []string{called, uncalled} {
		if in := bytes.Contains(program, []byte(method)); in != (method == called) {
			t.Errorf("%s is in the program: %v", method, in)
		}
	}
}
