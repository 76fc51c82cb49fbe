package proc

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stigmer/local/probes/childtest"
	"golang.org/x/sys/unix"
)

func TestIdentifyZombie(t *testing.T) {
	child := childtest.Start(t, "")
	before, err := Identify(child.PID)
	check(t, err)
	check(t, child.Process.Kill())
	// Wait for the death without reaping it.
	check(t, unix.Waitid(unix.P_PID, child.PID, nil, unix.WEXITED|unix.WNOWAIT, nil))
	if err := syscall.Kill(child.PID, 0); err != nil {
		t.Fatalf("no zombie: %v", err)
	}
	if p, err := Identify(child.PID); !errors.Is(err, ErrNoProcess) {
		t.Errorf("Identify = %+v, %v", p, err)
	}
	if Alive(before) {
		t.Error("a zombie is Alive")
	}
}

func TestIdentifyThread(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	tid := syscall.Gettid()
	if tid == os.Getpid() { // the first thread is the process: ask from another one
		done := make(chan int)
		go func() {
			runtime.LockOSThread()
			done <- syscall.Gettid()
			<-done
		}()
		tid = <-done
		defer close(done)
	}
	if p, err := Identify(tid); !errors.Is(err, ErrNoProcess) {
		t.Errorf("Identify(thread %d of %d) = %+v, %v", tid, os.Getpid(), p, err)
	}
}

func TestExecutableDeleted(t *testing.T) {
	program := filepath.Join(t.TempDir(), "cat")
	data, err := os.ReadFile("/bin/cat")
	check(t, err)
	check(t, os.WriteFile(program, data, 0o700))
	cmd := exec.Command(program)
	input, err := cmd.StdinPipe()
	check(t, err)
	output, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	defer cmd.Wait()
	defer input.Close()
	io.WriteString(input, "x")
	_, err = output.Read(make([]byte, 1)) // it runs
	check(t, err)
	check(t, os.Remove(program))
	if got := Executable(cmd.Process.Pid); got != program {
		t.Errorf("Executable = %q, want %q", got, program)
	}
}
