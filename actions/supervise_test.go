package actions

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/lockfile"
	"golang.org/x/sys/unix"
)

// leak is a descriptor that every program started would inherit.
func leak(t *testing.T, file *os.File) int {
	t.Helper()
	fd, err := unix.Dup(int(file.Fd()))
	stage.Check(t, err)
	stage.Is(t, "marked before", stage.ClosesOnExec(fd), false)
	return fd
}

func TestCloseOnExec(t *testing.T) {
	file, err := os.Open(os.DevNull)
	stage.Check(t, err)
	defer file.Close()
	fd := leak(t, file)
	defer unix.Close(fd)
	stage.Check(t, closeOnExec())
	stage.Is(t, "marked", stage.ClosesOnExec(fd), true)
	for fd := range 3 {
		stage.Is(t, "standard ones marked", stage.ClosesOnExec(fd), false)
	}
}

// A supervisor has the lock and its log, in a session of its own, and nothing of the caller's: a
// reader of the caller's output through a pipe sees its end.
func TestSupervise(t *testing.T) {
	s, home := stage.New(t), stage.NewHome(t)
	reader, writer, err := os.Pipe()
	stage.Check(t, err)
	leaked := leak(t, writer)
	lock, err := lockfile.Take(home.SupervisorLock())
	stage.Check(t, err)
	env := append(os.Environ(), "STIGMER_INSTANCE=as given")
	pid, err := Supervise(home, []string{evidence.SuperviseVerb, s.Address()}, env, lock)
	stage.Check(t, err)
	stage.Check(t, lock.Close())
	a := s.Enter()
	stage.Check(t, writer.Close())
	stage.Check(t, unix.Close(leaked))
	stage.Check(t, stage.Within(t, "the pipe's end", stage.Later(func() error { _, err := io.ReadAll(reader); return err })))
	stage.Is(t, "pid", pid, a.PID)
	stage.Is(t, "session", a.SID, a.PID)
	stage.Is(t, "folder", a.Dir, string(home))
	stage.Is(t, "arguments", strings.Join(a.Args[1:], " "), evidence.SuperviseVerb+" "+s.Address())
	stage.Is(t, "environment", strings.Join(a.Instance, " "), "as given")
	stage.Is(t, "descriptors", len(a.Files), 4)
	if _, err := lockfile.Take(home.SupervisorLock()); err == nil {
		t.Error("the lock was not handed over")
	}
	a.Must("inherited", string(home))
	if _, err := lockfile.Take(home.SupervisorLock()); err == nil {
		t.Error("the lock was lost in taking it over")
	}
	a.Send("exit", "0")
	stage.Check(t, stage.Within(t, "the lock", stage.Later(func() error {
		lock, err := lockfile.Wait(home.SupervisorLock())
		lock.Close()
		return err
	})))
}

func TestSuperviseFails(t *testing.T) {
	home := stage.NewHome(t)
	lock, err := lockfile.Take(home.SupervisorLock())
	stage.Check(t, err)
	defer lock.Close()
	stage.Check(t, os.Symlink(os.DevNull, home.SupervisorLog()))
	if _, err := Supervise(home, []string{evidence.SuperviseVerb, ""}, nil, lock); err == nil {
		t.Error("the log's symlink was followed")
	}
}

// Only this home's lock, locked, is a handover.
func TestInheritedRefuses(t *testing.T) {
	s, home := stage.New(t), stage.NewHome(t)
	other := filepath.Join(t.TempDir(), "other")
	for name, c := range map[string]struct {
		path string
		want string
	}{
		"another file":    {other, "not this home's"},
		"temporal.lock":   {home.Lock(), "not this home's"},
		"a replaced lock": {home.SupervisorLock(), "not this home's"},
	} {
		lock, err := lockfile.Take(c.path)
		stage.Check(t, err)
		a := s.Start(evidence.SuperviseVerb, nil, lock)
		if name == "a replaced lock" {
			stage.Check(t, os.Rename(home.SupervisorLock(), home.SupervisorLock()+".old"))
			stage.Touch(t, home.SupervisorLock())
		}
		stage.Has(t, a.Call("inherited", string(home)), "error", c.want)
		lock.Close()
	}
	// A description that does not have the lock, while another one has.
	held, err := lockfile.Take(home.SupervisorLock())
	stage.Check(t, err)
	defer held.Close()
	second, _, err := lockfile.Reopen(home.SupervisorLock())
	stage.Check(t, err)
	defer second.Close()
	a := s.Start(evidence.SuperviseVerb, nil, second)
	stage.Has(t, a.Call("inherited", string(home)), "error", "no locked supervisor.lock", "held")
	// No file at all: what the descriptor is by chance is no lock of this home.
	a = s.Start(evidence.SuperviseVerb, nil)
	stage.Has(t, a.Call("inherited", string(home)), "error")
}
