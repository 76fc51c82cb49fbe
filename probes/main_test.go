package probes

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// roleVariable makes the test binary play another program.
const roleVariable = "PROBES_TEST_ROLE"

// TestMain lets the tests start this binary anew as one of roles. Each role says
// what it has to say in one line, then lives until its stdin ends.
func TestMain(m *testing.M) {
	role, ok := os.LookupEnv(roleVariable)
	if !ok {
		os.Exit(m.Run())
	}
	if err := play(role); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	io.Copy(io.Discard, os.Stdin)
}

func play(role string) error {
	switch role {
	case "idle": // has whatever it inherited
		fmt.Println("ready")
	case "hold", "open", "wait":
		return playLock(role, os.Args[1])
	case "listen":
		network := "tcp4" // Go's "tcp" makes [::] of 0.0.0.0
		if strings.HasPrefix(os.Args[1], "[") {
			network = "tcp6"
		}
		listener, err := net.Listen(network, os.Args[1])
		if err != nil {
			return err
		}
		go listener.Accept()
		fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	}
	return nil
}

func playLock(role, path string) error {
	fd, err := syscall.Open(path, syscall.O_RDWR, 0)
	if err != nil {
		return err
	}
	if role == "wait" {
		fmt.Println("waiting")
		return syscall.Flock(fd, syscall.LOCK_EX)
	}
	if role == "hold" {
		if err := syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			return err
		}
	}
	fmt.Println("ready")
	return nil
}

// actor is a started role.
type actor struct {
	*exec.Cmd
	PID  int
	Says string
}

// start plays a role in a child that ends with the test, with files inherited.
func start(t *testing.T, role string, arg string, inherit ...*os.File) actor {
	t.Helper()
	cmd := exec.Command(os.Args[0], arg)
	cmd.Env = append(os.Environ(), roleVariable+"="+role, InstanceVariable+"=/home/of/"+role)
	cmd.ExtraFiles = inherit
	input, err := cmd.StdinPipe()
	check(t, err)
	output, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	t.Cleanup(func() {
		input.Close()
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(output).ReadString('\n')
	check(t, err)
	return actor{Cmd: cmd, PID: cmd.Process.Pid, Says: line[:len(line)-1]}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
