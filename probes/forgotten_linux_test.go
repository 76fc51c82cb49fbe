package probes

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestForgotten: only a process of this user, with the home's mark, in this mount
// namespace and with a lock on the very file that was at the path is the home's Temporal.
func TestForgotten(t *testing.T) {
	const home = "/of/a/test"
	for _, test := range []struct {
		name      string
		mark      string
		keeps     bool // the file is deleted but for another name, as one is that was moved
		elsewhere bool // another file was deleted
		attr      syscall.SysProcAttr
		root      bool
		want      bool
	}{
		{name: "ours", mark: home, want: true},
		{name: "another home's", mark: home + "2"},
		{name: "moved", mark: home, keeps: true},
		{name: "of another path", mark: home, elsewhere: true},
		{name: "of another user", mark: home, attr: syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}, root: true},
		{name: "in another mount namespace", mark: home, attr: syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}, root: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.root && os.Geteuid() != 0 {
				t.Skip("one must be root to be another one")
			}
			path := filepath.Join(t.TempDir(), "temporal.lock")
			file, err := os.Create(path)
			check(t, err)
			defer file.Close()
			check(t, unix.Flock(int(file.Fd()), unix.LOCK_EX))
			cmd := exec.Command("sh", "-c", "echo; read line", "start-dev")
			attr := test.attr
			attr.Setsid = true
			cmd.SysProcAttr, cmd.Dir, cmd.ExtraFiles = &attr, "/", []*os.File{file}
			cmd.Env = []string{"PATH=" + os.Getenv("PATH"), InstanceVariable + "=" + test.mark}
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
			if got := Forgotten(home, path).PID == cmd.Process.Pid; got != test.want {
				t.Errorf("found %t", got)
			}
		})
	}
}
