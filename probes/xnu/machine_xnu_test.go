//go:build darwin || blunt

package xnu_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/stigmer/local/probes/xnu"
)

// TestThisMachine asks the kernel of this machine what the product relies on, one fact
// after the other: docs/MACOS.md says what each is for. What fails here is missing, and
// everything that fails later follows from it.
func TestThisMachine(t *testing.T) {
	for _, fact := range []struct {
		name string
		is   func(*testing.T, xnu.Kernel)
	}{
		{"proc_info identifies a process", identifies},
		{"processes are numbered in the order of their births", ordersBirths},
		{"the processes of this user and of a group are listed", lists},
		{"a description with a flock is distinguished from one without", namesHolder},
		{"fcntl sees a flock", seesFlock},
		{"a deleted file is recognized", namesDeleted},
		{"the TCP sockets are listed, and whose they are", namesSockets},
		{"the arguments and the environment of a program are read", namesExec},
		{"a signal goes by PID and version", signals},
	} {
		t.Run(fact.name, func(t *testing.T) { fact.is(t, xnu.System()) })
	}
}

// echoVariable makes this binary print one line and live until its stdin ends.
const echoVariable = "XNU_TEST_ECHO"

func TestMain(m *testing.M) {
	if os.Getenv(echoVariable) == "" {
		os.Exit(m.Run())
	}
	os.Stdout.WriteString("ready\n")
	io.Copy(io.Discard, os.Stdin)
}

// echo starts a child that ends with the test, in a group of its own, with a file as
// descriptor 3.
func echo(t *testing.T, file *os.File) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	check(t, err)
	child := exec.Command(program, "an argument")
	child.Env = append(os.Environ(), echoVariable+"=yes")
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if file != nil {
		child.ExtraFiles = []*os.File{file}
	}
	in, err := child.StdinPipe()
	check(t, err)
	out, err := child.StdoutPipe()
	check(t, err)
	check(t, child.Start())
	t.Cleanup(func() { in.Close(); child.Wait() })
	_, err = bufio.NewReader(out).ReadString('\n')
	check(t, err)
	return child
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func identifies(t *testing.T, k xnu.Kernel) {
	p, err := k.Process(os.Getpid())
	check(t, err)
	if p.PID != os.Getpid() || p.Parent != os.Getppid() || p.Group != unix.Getpgrp() || p.UIDs[0] != os.Geteuid() || p.UIDs[1] != os.Getuid() {
		t.Errorf("this process is %+v", p)
	}
	if p.UniqueID == 0 || p.PIDVersion == 0 || p.Stopped || p.Exiting {
		t.Errorf("this process is %+v", p)
	}
	child := echo(t, nil)
	check(t, child.Process.Kill())
	child.Wait()
	if p, err := k.Process(child.Process.Pid); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("a process that was reaped is %+v, %v", p, err)
	}
	if boot, err := k.Boot(); err != nil || len(boot) < 16 {
		t.Errorf("this boot is %q, %v", boot, err)
	}
	here, err := os.Getwd()
	check(t, err)
	if folder, err := k.WorkFolder(os.Getpid()); err != nil || !samePath(folder, here) {
		t.Errorf("the working folder is %q, %v", folder, err)
	}
}

func samePath(a, b string) bool {
	one, err := os.Stat(a)
	other, failed := os.Stat(b)
	return err == nil && failed == nil && os.SameFile(one, other)
}

func ordersBirths(t *testing.T, k xnu.Kernel) {
	child, err := k.Process(echo(t, nil).Process.Pid)
	check(t, err)
	self, err := k.Process(os.Getpid())
	check(t, err)
	if child.UniqueID <= self.UniqueID || child.ParentUniqueID != self.UniqueID {
		t.Errorf("a child has number %d and was forked by %d; its parent has %d", child.UniqueID, child.ParentUniqueID, self.UniqueID)
	}
}

func lists(t *testing.T, k xnu.Kernel) {
	child := echo(t, nil).Process.Pid
	all, err := k.PIDs()
	check(t, err)
	if !slices.Contains(all, child) || !slices.Contains(all, os.Getpid()) {
		t.Errorf("%d processes, without this one or its child", len(all))
	}
	group, err := k.Group(child)
	check(t, err)
	if !slices.Equal(group, []int{child}) {
		t.Errorf("the group of %d is %v", child, group)
	}
}

func lockFile(t *testing.T) string { return filepath.Join(t.TempDir(), "lock") }

func open(t *testing.T, path string) *os.File {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	check(t, err)
	t.Cleanup(func() { file.Close() })
	return file
}

// namesHolder is the heart: a lock's holder, and a process that inherited it, but neither an
// opener nor one that waits.
func namesHolder(t *testing.T, k xnu.Kernel) {
	path := lockFile(t)
	holder, waiter := open(t, path), open(t, path)
	locked := func(pid, fd int) bool {
		t.Helper()
		file, err := k.File(pid, fd)
		check(t, err)
		return file.HasFlock
	}
	self := os.Getpid()
	if locked(self, int(holder.Fd())) {
		t.Error("an opener is listed as a holder")
	}
	check(t, unix.Flock(int(holder.Fd()), unix.LOCK_EX|unix.LOCK_NB))
	if err := unix.Flock(int(waiter.Fd()), unix.LOCK_EX|unix.LOCK_NB); !errors.Is(err, unix.EWOULDBLOCK) {
		t.Fatalf("a second lock is granted: %v", err)
	}
	if !locked(self, int(holder.Fd())) || locked(self, int(waiter.Fd())) {
		t.Error("a holder is not distinguished from one that was refused")
	}
	child := echo(t, holder).Process.Pid
	if !locked(child, 3) {
		t.Error("a process that inherited the lock is not listed as a holder")
	}
	numbers, err := k.Files(child)
	check(t, err)
	if !slices.Contains(numbers, 3) {
		t.Errorf("descriptor 3 is not among the files %v", numbers)
	}
}

func seesFlock(t *testing.T, k xnu.Kernel) {
	path := lockFile(t)
	holder, looker := open(t, path), open(t, path)
	sees := func(want bool) {
		t.Helper()
		if held, err := k.AnyLock(int(looker.Fd())); err != nil || held != want {
			t.Errorf("held: %t, %v; want %t", held, err, want)
		}
	}
	sees(false)
	check(t, unix.Flock(int(holder.Fd()), unix.LOCK_EX|unix.LOCK_NB))
	sees(true)
	check(t, holder.Close())
	sees(false)
}

func namesDeleted(t *testing.T, k xnu.Kernel) {
	path := lockFile(t)
	file := open(t, path)
	before, err := k.FileAt(os.Getpid(), int(file.Fd()))
	check(t, err)
	if before.Links != 1 || !samePath(before.Path, path) {
		t.Errorf("before: %+v", before)
	}
	check(t, os.Remove(path))
	after, err := k.FileAt(os.Getpid(), int(file.Fd()))
	check(t, err)
	if after.Links != 0 || after.Inode != before.Inode || after.Device != before.Device {
		t.Errorf("after: %+v", after)
	}
	t.Logf("the path of a deleted file is given as %q", after.Path)
}

func namesSockets(t *testing.T, k xnu.Kernel) {
	for _, bind := range []string{"127.0.0.1:0", "[::1]:0"} {
		listener, err := net.Listen("tcp", bind)
		if err != nil {
			t.Logf("no %s here: %v", bind, err)
			continue
		}
		defer listener.Close()
		address := netip.MustParseAddrPort(listener.Addr().String())
		is := func(s xnu.Socket) bool { return s.Local == address && s.State == xnu.Listen }
		own, err := k.SocketsOf(os.Getpid())
		check(t, err)
		if !slices.ContainsFunc(own, is) {
			t.Errorf("%s is not among this process's sockets %v", address, own)
		}
		all, err := k.Sockets()
		check(t, err)
		i := slices.IndexFunc(all, is)
		if i < 0 {
			t.Fatalf("%s is not among the machine's %d sockets", address, len(all))
		}
		t.Logf("%s was used by pid %d at last; this is pid %d", address, all[i].LastPID, os.Getpid())
	}
}

func namesExec(t *testing.T, k xnu.Kernel) {
	child := echo(t, nil)
	told := k.Exec(child.Process.Pid)
	if !samePath(told.Path, child.Path) || !slices.Equal(told.Args, child.Args) || !slices.Contains(told.Environment, echoVariable+"=yes") {
		t.Errorf("%s %q", told.Path, told.Args)
	}
	if at, err := k.ProgramPath(child.Process.Pid); err != nil || !samePath(at, child.Path) {
		t.Errorf("it runs %q, %v", at, err)
	}
	device, inode, ok := told.File()
	info, err := os.Stat(child.Path)
	check(t, err)
	stat := info.Sys().(*syscall.Stat_t)
	if !ok || uint64(device) != uint64(uint32(stat.Dev)) || inode != stat.Ino {
		t.Errorf("it runs file %#x, %d (%t), and that has %#x, %d", device, inode, ok, stat.Dev, stat.Ino)
	}
	cat := exec.Command("/bin/cat")
	cat.Env = []string{echoVariable + "=hidden"}
	in, err := cat.StdinPipe()
	check(t, err)
	out, err := cat.StdoutPipe()
	check(t, err)
	check(t, cat.Start())
	defer cat.Wait()
	defer in.Close()
	_, err = io.WriteString(in, "x")
	check(t, err)
	_, err = out.Read(make([]byte, 1)) // it runs its own program now
	check(t, err)
	hidden := !strings.Contains(strings.Join(k.Exec(cat.Process.Pid).Environment, " "), "hidden")
	t.Logf("the environment of a program of the system is hidden: %t (true with System Integrity Protection)", hidden)
}

func signals(t *testing.T, k xnu.Kernel) {
	child := echo(t, nil)
	p, err := k.Process(child.Process.Pid)
	check(t, err)
	err = k.Signal(p.PID, p.PIDVersion+1, unix.SIGKILL)
	if errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EINVAL) {
		t.Skip("not before macOS 14.2: a signal goes by PID there, right after the proof")
	}
	if !errors.Is(err, unix.ESRCH) {
		t.Errorf("a signal to another version: %v", err)
	}
	if _, err := k.Process(p.PID); err != nil {
		t.Fatalf("it was signalled all the same: %v", err)
	}
	check(t, k.Signal(p.PID, p.PIDVersion, unix.SIGKILL))
	err = child.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.Sys().(syscall.WaitStatus).Signal() != unix.SIGKILL {
		t.Errorf("it ended with %v", err)
	}
}
