//go:build !blunt

package ports

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
)

// inShell lets a shell have a listener as its descriptor 3, and run a line that says
// a PID and lives until its descriptor 4 ends.
func inShell(t *testing.T, line string) (shell, says int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer listener.Close()
	socket, err := listener.(*net.TCPListener).File()
	check(t, err)
	defer socket.Close()
	theirs, ours, err := os.Pipe()
	check(t, err)
	defer theirs.Close()
	cmd := exec.Command("/bin/sh", "-c", line)
	cmd.ExtraFiles = []*os.File{socket, theirs}
	output, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	t.Cleanup(func() { ours.Close(); cmd.Wait() })
	_, err = fmt.Fscan(output, &says)
	check(t, err)
	return cmd.Process.Pid, says
}

// A child that was forked and runs no program of its own yet is not named in its
// parent's place, whichever of them has the lower PID.
func TestKeeperOfForked(t *testing.T) {
	shell, child := inShell(t, "(read line <&4) & echo $!; wait")
	for _, pid := range []int{child, shell} {
		if got, ok := socketOwner(t.Context(), socket{pid: pid, fd: 3}); got != shell || !ok {
			t.Errorf("socketOwner(%d) = %d, %t, not %d", pid, got, ok, shell)
		}
	}
}

// A program that inherited a socket is named itself.
func TestKeeperOfInherited(t *testing.T) {
	_, child := inShell(t, "sh -c 'echo $$; read line <&4; exit 0'; exit 0")
	if got, ok := socketOwner(t.Context(), socket{pid: child, fd: 3}); got != child || !ok {
		t.Errorf("socketOwner(%d) = %d, %t", child, got, ok)
	}
}

// A child that has run its own program meanwhile has the socket no more.
func TestKeeperOfGone(t *testing.T) {
	_, child := inShell(t, "sh -c 'echo $$; read line <&4; exit 0' 3<&-; exit 0")
	if got, ok := socketOwner(t.Context(), socket{pid: child, fd: 3}); ok {
		t.Errorf("socketOwner(%d) = %d", child, got)
	}
}

// A descriptor that is closed on exec marks a child that is about to have its own program: a
// listener of Go is one, and what a child inherited is none.
func TestClosesOnExec(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer listener.Close()
	raw, err := listener.(*net.TCPListener).SyscallConn()
	check(t, err)
	check(t, raw.Control(func(fd uintptr) {
		if !closesOnExec(os.Getpid(), uint32(fd)) {
			t.Error("a listener of Go is kept")
		}
	}))
	shell, _ := inShell(t, "echo 1; read line <&4")
	if closesOnExec(shell, 3) {
		t.Error("a listener that was inherited is closed on exec")
	}
}
