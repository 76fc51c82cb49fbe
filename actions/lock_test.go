package actions

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stigmer/local/probes"
	"golang.org/x/sys/unix"
)

func TestAcquireHeld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	other := newStage(t).start("actor", nil)
	other.must("lock", path)
	if lock, err := Acquire(path); !errors.Is(err, ErrHeld) {
		t.Fatalf("Acquire = %v, %v", lock, err)
	}
	other.tell("exit", "0")
	lock, err := AcquireWait(path)
	check(t, err)
	// A second description of our own is refused as well.
	if _, err := Acquire(path); !errors.Is(err, ErrHeld) {
		t.Error(err)
	}
	check(t, lock.Close())
	lock, err = Acquire(path)
	check(t, err)
	lock.Close()
}

// The file is made private, never emptied, and never removed.
func TestAcquireKeepsTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	lock, err := Acquire(path)
	check(t, err)
	made, err := os.Stat(path)
	check(t, err)
	is(t, "mode", made.Mode(), 0o600)
	is(t, "close-on-exec", closesOnExec(int(lock.Fd())), true)
	check(t, lock.Close())
	check(t, os.WriteFile(path, []byte("kept"), 0))
	for range 2 {
		lock, err := Acquire(path)
		check(t, err)
		lock.Close()
	}
	after, err := os.Stat(path)
	check(t, err)
	text, err := os.ReadFile(path)
	check(t, err)
	is(t, "same file", os.SameFile(made, after), true)
	is(t, "content", string(text), "kept")
}

func TestAcquireRefuses(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	check(t, os.WriteFile(at("file"), nil, 0o600))
	check(t, os.Symlink(at("file"), at("link")))
	check(t, os.Symlink(at("nothing"), at("dangling")))
	check(t, os.Mkdir(at("folder"), 0o700))
	check(t, unix.Mkfifo(at("fifo"), 0o600))
	socket, err := net.ListenUnix("unix", &net.UnixAddr{Name: at("s"), Net: "unix"})
	if err == nil { // the path may be too long for a socket
		defer socket.Close()
	}
	for name, what := range map[string]string{
		"link": "a symlink", "dangling": "a symlink", "folder": "a folder", "fifo": "a special file", "s": "a special file", "no/folder": "",
	} {
		for _, take := range []func(string) (*os.File, error){Acquire, AcquireWait} {
			if name == "s" && socket == nil {
				continue
			}
			lock, err := take(at(name))
			if err == nil || errors.Is(err, ErrHeld) {
				t.Errorf("%s: %v, %v", name, lock, err)
				continue
			}
			has(t, err.Error(), at(name))
			var not NotLockError
			is(t, name+": no lock", errors.As(err, &not), what != "")
			is(t, name, not.What, what)
			is(t, name+": checked", CheckLock(at(name)) != nil, what != "")
		}
	}
	if fileExists(at("nothing")) {
		t.Error("a symlink was followed")
	}
}

// The wait ends when the last process that inherited the lock does, wherever in
// the tree it is, and not before.
func TestAcquireWaitOutlastsTheTree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	lock, err := Acquire(path)
	check(t, err)
	s := newStage(t)
	child := s.start("actor", nil, lock)
	check(t, lock.Close())
	grandchild := child.bear(s)
	escaped := grandchild.bear(s, "setsid")
	won := later(func() error {
		lock, err := AcquireWait(path)
		if err == nil {
			defer lock.Close()
		}
		return err
	})
	for _, a := range []*actor{child, grandchild} {
		a.tell("exit", "0")
		a.awaitEnd()
		if _, err := Acquire(path); !errors.Is(err, ErrHeld) {
			t.Fatalf("the lock came free too early: %v", err)
		}
		select {
		case err := <-won:
			t.Fatalf("the wait ended too early: %v", err)
		default:
		}
	}
	escaped.tell("exit", "0")
	check(t, within(t, "the lock", won))
}

func TestReopenTakesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	if _, _, err := reopen(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("reopen of nothing: %v", err)
	}
	lock, err := Acquire(path)
	check(t, err)
	second, info, err := reopen(path)
	check(t, err)
	defer second.Close()
	is(t, "close-on-exec", closesOnExec(int(second.Fd())), true)
	is(t, "leads to", probes.LeadsTo(path, second), true)
	check(t, lock.Close())
	lock, err = Acquire(path)
	check(t, err)
	defer lock.Close()
	check(t, os.Rename(path, path+".old"))
	is(t, "leads to a file that was moved", probes.LeadsTo(path, lock), false)
	check(t, os.WriteFile(path, nil, 0o600))
	is(t, "leads to another file", probes.LeadsTo(path, lock), false)
	is(t, "described", info.IsAt(path+".old"), true)
}
