// Package childtest starts children for the tests of the probes. A child has what it
// inherited, the files among it, and does nothing. Only tests import it.
package childtest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
)

// Home is the home for which a child is started, as its environment says.
const Home = "/home/of/a/child"

// Variable makes a test binary a child, not a run of its tests.
const Variable = "CHILDTEST"

// Main is what a TestMain calls: it runs the tests, or is a child that prints one line and
// lives until its stdin ends.
func Main(m *testing.M) {
	if os.Getenv(Variable) == "" {
		m.Run()
		return
	}
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
}

// Child is a child that runs.
type Child struct {
	*exec.Cmd
	PID int
}

// Start starts this test binary as a child with one argument. It inherits the files from
// descriptor 3 on, and ends with the test.
func Start(t *testing.T, argument string, files ...*os.File) Child {
	t.Helper()
	cmd := exec.Command(os.Args[0], argument)
	cmd.Env = append(os.Environ(), Variable+"=yes", "STIGMER_INSTANCE="+Home)
	cmd.ExtraFiles = files
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		input.Close()
		cmd.Process.Kill()
		cmd.Wait()
	})
	if _, err := bufio.NewReader(output).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return Child{cmd, cmd.Process.Pid}
}
