package lockfile

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/probes/files"
	"golang.org/x/sys/unix"
)

func TestTakeHeld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	other := stage.New(t).Start("actor", nil)
	other.Must("lock", path)
	if lock, err := Take(path); !errors.Is(err, ErrHeld) {
		t.Fatalf("Take = %v, %v", lock, err)
	}
	other.Send("exit", "0")
	lock, err := Wait(path)
	stage.Check(t, err)
	// A second description of our own is refused as well.
	if _, err := Take(path); !errors.Is(err, ErrHeld) {
		t.Error(err)
	}
	stage.Check(t, lock.Close())
	lock, err = Take(path)
	stage.Check(t, err)
	lock.Close()
}

// The file is made private, never emptied, and never removed.
func TestTakeKeepsTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	lock, err := Take(path)
	stage.Check(t, err)
	made, err := os.Stat(path)
	stage.Check(t, err)
	stage.Is(t, "mode", made.Mode(), 0o600)
	stage.Is(t, "close-on-exec", stage.ClosesOnExec(int(lock.Fd())), true)
	stage.Check(t, lock.Close())
	stage.Check(t, os.WriteFile(path, []byte("kept"), 0))
	for range 2 {
		lock, err := Take(path)
		stage.Check(t, err)
		lock.Close()
	}
	after, err := os.Stat(path)
	stage.Check(t, err)
	text, err := os.ReadFile(path)
	stage.Check(t, err)
	stage.Is(t, "same file", os.SameFile(made, after), true)
	stage.Is(t, "content", string(text), "kept")
}

func TestTakeRefuses(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	stage.Check(t, os.WriteFile(at("file"), nil, 0o600))
	stage.Check(t, os.Symlink(at("file"), at("link")))
	stage.Check(t, os.Symlink(at("nothing"), at("dangling")))
	stage.Check(t, os.Mkdir(at("folder"), 0o700))
	stage.Check(t, unix.Mkfifo(at("fifo"), 0o600))
	socket, err := net.ListenUnix("unix", &net.UnixAddr{Name: at("s"), Net: "unix"})
	if err == nil { // the path may be too long for a socket
		defer socket.Close()
	}
	for name, what := range map[string]string{
		"link": "a symlink", "dangling": "a symlink", "folder": "a folder", "fifo": "a special file", "s": "a special file", "no/folder": "",
	} {
		for _, take := range []func(string) (*os.File, error){Take, Wait} {
			if name == "s" && socket == nil {
				continue
			}
			lock, err := take(at(name))
			if err == nil || errors.Is(err, ErrHeld) {
				t.Errorf("%s: %v, %v", name, lock, err)
				continue
			}
			stage.Has(t, err.Error(), at(name))
			var not NotFileError
			stage.Is(t, name+": no lock", errors.As(err, &not), what != "")
			stage.Is(t, name, not.What, what)
			stage.Is(t, name+": checked", Check(at(name)) != nil, what != "")
		}
	}
	if stage.FileExists(at("nothing")) {
		t.Error("a symlink was followed")
	}
}

// The wait ends when the last process that inherited the lock does, wherever in
// the tree it is, and not before.
func TestWaitOutlastsTheTree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	lock, err := Take(path)
	stage.Check(t, err)
	s := stage.New(t)
	child := s.Start("actor", nil, lock)
	stage.Check(t, lock.Close())
	grandchild := child.Spawn(s)
	escaped := grandchild.Spawn(s, "setsid")
	won := stage.Later(func() error {
		lock, err := Wait(path)
		if err == nil {
			defer lock.Close()
		}
		return err
	})
	for _, a := range []*stage.Actor{child, grandchild} {
		a.Send("exit", "0")
		a.AwaitEnd()
		if _, err := Take(path); !errors.Is(err, ErrHeld) {
			t.Fatalf("the lock came free too early: %v", err)
		}
		select {
		case err := <-won:
			t.Fatalf("the wait ended too early: %v", err)
		default:
		}
	}
	escaped.Send("exit", "0")
	stage.Check(t, stage.Within(t, "the lock", won))
}

func TestReopenTakesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	if _, _, err := Reopen(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("reopen of nothing: %v", err)
	}
	lock, err := Take(path)
	stage.Check(t, err)
	second, info, err := Reopen(path)
	stage.Check(t, err)
	defer second.Close()
	stage.Is(t, "close-on-exec", stage.ClosesOnExec(int(second.Fd())), true)
	stage.Is(t, "leads to", files.LeadsTo(path, second), true)
	stage.Check(t, lock.Close())
	lock, err = Take(path)
	stage.Check(t, err)
	defer lock.Close()
	stage.Check(t, os.Rename(path, path+".old"))
	stage.Is(t, "leads to a file that was moved", files.LeadsTo(path, lock), false)
	stage.Check(t, os.WriteFile(path, nil, 0o600))
	stage.Is(t, "leads to another file", files.LeadsTo(path, lock), false)
	stage.Is(t, "described", info.IsAt(path+".old"), true)
}
