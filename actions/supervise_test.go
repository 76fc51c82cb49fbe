package actions

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// leak is a descriptor that every program started would inherit.
func leak(t *testing.T, file *os.File) int {
	t.Helper()
	fd, err := unix.Dup(int(file.Fd()))
	check(t, err)
	is(t, "marked before", closesOnExec(fd), false)
	return fd
}

func TestCloseOnExec(t *testing.T) {
	file, err := os.Open(os.DevNull)
	check(t, err)
	defer file.Close()
	fd := leak(t, file)
	defer unix.Close(fd)
	check(t, closeOnExec())
	is(t, "marked", closesOnExec(fd), true)
	for fd := range 3 {
		is(t, "standard ones marked", closesOnExec(fd), false)
	}
}

// A supervisor has the lock and its log, in a session of its own, and nothing of
// the caller's: whoever reads the caller's output through a pipe sees its end.
func TestSupervise(t *testing.T) {
	s, home := newStage(t), newHome(t)
	reader, writer, err := os.Pipe()
	check(t, err)
	leaked := leak(t, writer)
	lock, err := Acquire(home.SupervisorLock())
	check(t, err)
	env := append(os.Environ(), "STIGMER_INSTANCE=as given")
	pid, err := Supervise(home, []string{SuperviseVerb, s.address()}, env, lock)
	check(t, err)
	check(t, lock.Close())
	a := s.enter()
	check(t, writer.Close())
	check(t, unix.Close(leaked))
	check(t, within(t, "the pipe's end", later(func() error { _, err := io.ReadAll(reader); return err })))
	is(t, "pid", pid, a.PID)
	is(t, "session", a.SID, a.PID)
	is(t, "folder", a.Dir, string(home))
	is(t, "arguments", strings.Join(a.Args[1:], " "), SuperviseVerb+" "+s.address())
	is(t, "environment", strings.Join(a.Instance, " "), "as given")
	is(t, "descriptors", len(a.Files), 4)
	if _, err := Acquire(home.SupervisorLock()); err == nil {
		t.Error("the lock was not handed over")
	}
	a.must("inherited", string(home))
	if _, err := Acquire(home.SupervisorLock()); err == nil {
		t.Error("the lock was lost in taking it over")
	}
	var status unix.WaitStatus
	a.tell("exit", "0")
	_, err = unix.Wait4(a.PID, &status, 0, nil)
	check(t, err)
	lock, err = Acquire(home.SupervisorLock())
	check(t, err)
	lock.Close()
}

func TestSuperviseFails(t *testing.T) {
	home := newHome(t)
	lock, err := Acquire(home.SupervisorLock())
	check(t, err)
	defer lock.Close()
	check(t, os.Symlink(os.DevNull, home.SupervisorLog()))
	if _, err := Supervise(home, []string{SuperviseVerb, ""}, nil, lock); err == nil {
		t.Error("the log's symlink was followed")
	}
}

// Only this home's lock, locked, is a handover.
func TestInheritedRefuses(t *testing.T) {
	s, home := newStage(t), newHome(t)
	other := filepath.Join(t.TempDir(), "other")
	for name, c := range map[string]struct {
		path string
		want string
	}{
		"another file":    {other, "not this home's"},
		"temporal.lock":   {home.Lock(), "not this home's"},
		"a replaced lock": {home.SupervisorLock(), "not this home's"},
	} {
		lock, err := Acquire(c.path)
		check(t, err)
		a := s.start(SuperviseVerb, nil, lock)
		if name == "a replaced lock" {
			check(t, os.Rename(home.SupervisorLock(), home.SupervisorLock()+".old"))
			touch(t, home.SupervisorLock())
		}
		has(t, a.say("inherited", string(home)), "error", c.want)
		lock.Close()
	}
	// A description that does not have the lock, while somebody else has.
	held, err := Acquire(home.SupervisorLock())
	check(t, err)
	defer held.Close()
	second, _, err := reopen(home.SupervisorLock())
	check(t, err)
	defer second.Close()
	a := s.start(SuperviseVerb, nil, second)
	has(t, a.say("inherited", string(home)), "error", "no locked supervisor.lock", "held")
	// No file at all: what the descriptor is by chance is no lock of this home.
	a = s.start(SuperviseVerb, nil)
	has(t, a.say("inherited", string(home)), "error")
}
