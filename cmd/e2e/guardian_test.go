package e2e_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// guardedVariable marks the process that runs the tests as guarded, and names the folder in
// which all temporary ones are.
const guardedVariable = "STIGMER_TEST_FOLDER"

// guardianPipe is the descriptor that ends with the guardian.
const guardianPipe = 3

// guarded runs the tests in a child of this process, which only waits for it:
// however the child ends (Ctrl-C, a panic, the timeout), what it started is killed,
// by PID, and its folder removed.
func guarded(tests func() int) {
	if folder := os.Getenv(guardedVariable); folder != "" {
		unix.CloseOnExec(guardianPipe)
		go endWithGuardian(folder) // ends with the process
		os.Exit(tests())
	}
	os.Exit(guard())
}

// guard returns the exit status of the tests.
func guard() int {
	folder, err := os.MkdirTemp("", "st")
	if err == nil {
		err = os.Chmod(folder, 0o755) // some tests run as another user
	}
	self, failed := os.Executable()
	alive, mine, broken := os.Pipe()
	if err := errors.Join(err, failed, broken); err != nil {
		fmt.Fprintln(os.Stderr, "guardian:", err)
		return 1
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	child := exec.Cmd{
		Path: self, Args: os.Args, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Env:        append(os.Environ(), guardedVariable+"="+folder, "TMPDIR="+folder),
		ExtraFiles: []*os.File{alive},
	}
	if err := child.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "guardian:", err)
		return 1
	}
	alive.Close()
	defer mine.Close()
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }() // ends with the child
	for {
		select {
		case sig := <-signals:
			child.Process.Signal(sig) // go test sends SIGQUIT for a trace of a test that takes too long
		case <-ended:
			clearAway(folder)
			if status := child.ProcessState.ExitCode(); status >= 0 {
				return status
			}
			fmt.Fprintln(os.Stderr, "the tests were ended:", child.ProcessState)
			return 1
		}
	}
}

// endWithGuardian ends the tests when their guardian was killed. What they start
// while it clears away it finds the second time.
func endWithGuardian(folder string) {
	io.ReadAll(os.NewFile(guardianPipe, "guardian"))
	clearAway(folder)
	clearAway(folder)
	os.Exit(1)
}

// clearAway ends all that has a folder as its home or for its temporary files,
// and removes the folder.
func clearAway(folder string) {
	(&script{dir: folder}).killAll()
	unmountBelow(folder)
	if err := os.RemoveAll(folder); err != nil {
		fmt.Fprintln(os.Stderr, "guardian:", err)
	}
}
