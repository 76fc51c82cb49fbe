package locks

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stigmer/local/probes/childtest"
	"github.com/stigmer/local/probes/proc"
	"golang.org/x/sys/unix"
)

// TestForgotten: only a process of this user, with the home's mark, in this mount
// namespace and with a lock on the very file that was at the path is the home's Temporal.
func TestForgotten(t *testing.T) {
	for _, test := range []forgottenCase{
		{name: "ours", mark: forgottenHome, want: true},
		{name: "another home's", mark: forgottenHome + "2"},
		{name: "moved", mark: forgottenHome, keeps: true},
		{name: "of another path", mark: forgottenHome, elsewhere: true},
		{name: "of another user", mark: forgottenHome, attr: syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}, root: true},
	} {
		t.Run(test.name, test.run)
	}
}

// forgottenHome is the home that is asked for.
const forgottenHome = "/of/a/test"

type forgottenCase struct {
	name      string
	mark      string
	keeps     bool // the file is deleted but for another name, as one is that was moved
	elsewhere bool // another file was deleted
	attr      syscall.SysProcAttr
	root      bool
	want      bool
}

func (test forgottenCase) run(t *testing.T) {
	if test.root && os.Geteuid() != 0 {
		t.Skip("one must be root to be another one")
	}
	path := filepath.Join(t.TempDir(), "temporal.lock")
	file, err := os.Create(path)
	check(t, err)
	defer file.Close()
	check(t, unix.Flock(int(file.Fd()), unix.LOCK_EX))
	// A Mac hides the environment of a shell, and another user may not run this binary.
	cmd := exec.Command(os.Args[0], "start-dev")
	if test.root {
		cmd = exec.Command("sh", "-c", "echo; read line", "start-dev")
	}
	attr := test.attr
	attr.Setsid = true
	cmd.SysProcAttr, cmd.Dir, cmd.ExtraFiles = &attr, "/", []*os.File{file}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), proc.InstanceVariable + "=" + test.mark, childtest.Variable + "=yes"}
	in, err := cmd.StdinPipe()
	check(t, err)
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	defer cmd.Wait()
	defer in.Close()
	_, err = out.Read(make([]byte, 1)) // it is itself now
	check(t, err)
	if test.keeps {
		check(t, os.Rename(path, path+".old"))
	} else {
		check(t, os.Remove(path))
	}
	if test.elsewhere {
		path += "2"
	}
	if got := LeaderOfDeleted(forgottenHome, path).PID == cmd.Process.Pid; got != test.want {
		t.Errorf("found %t", got)
	}
}
