package install

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/statefile"
)

// written is a Source that needs no server.
type written string

func (written) Name() string { return "a test" }
func (w written) Fetch(_ context.Context, _ Version, to string, _ Progress) error {
	return os.WriteFile(to, []byte(w), 0o600)
}

func put(t *testing.T, home statefile.Home, v Version, content string) Result {
	t.Helper()
	done, err := Install(t.Context(), Options{Home: home, Version: v, From: written(content), Progress: &recorder{}})
	check(t, err)
	return done
}

// TestSeveralAtOnce: a second installation waits for the first and finds its work done; the
// wait of a third ends with its context.
func TestSeveralAtOnce(t *testing.T) {
	s, home := newServer(t), newHome(t)
	begun, gate := make(chan bool), make(chan bool)
	s.serve = func(w http.ResponseWriter, r *http.Request, n int) {
		begun <- true
		<-gate
		s.well(w, r)
	}
	type ended struct {
		Result
		error
	}
	begin := func(ctx context.Context, progress Progress) chan ended {
		o, end := order(home, s.release(home)), make(chan ended, 1)
		o.Progress = progress
		go func() { done, err := Install(ctx, o); end <- ended{done, err} }()
		return end
	}
	first := begin(t.Context(), &recorder{})
	<-begun
	said := make(chan string, 20)
	second := begin(t.Context(), &recorder{said: said})
	ctx, cancel := context.WithCancel(t.Context())
	third := begin(ctx, &recorder{said: said})
	for range 2 {
		if line := <-said; !strings.Contains(line, "Waiting") {
			t.Errorf("%q", line)
		}
	}
	cancel()
	if end := <-third; !errors.Is(end.error, context.Canceled) {
		t.Error(end.error)
	}
	close(gate)
	one, two := <-first, <-second
	check(t, errors.Join(one.error, two.error))
	if one.Already || !two.Already || len(s.requests()) != 1 {
		t.Errorf("%+v, %+v, %d requests", one, two, len(s.requests()))
	}
	installed(t, home, script)
}

// TestNeedless asks only when it is its turn.
func TestNeedless(t *testing.T) {
	home := newHome(t)
	o := order(home, written("x"))
	o.Wanted = func() bool {
		_, err := lockfile.Take(home.InstallLock())
		if !errors.Is(err, lockfile.ErrHeld) {
			t.Error("asked without the lock")
		}
		return false
	}
	done, err := Install(t.Context(), o)
	check(t, err)
	if !done.Needless {
		t.Errorf("%+v", done)
	}
	nothing(t, home)
}

// TestSideBySide: several versions, and bin/temporal leads to the last one that
// was asked for. What a killed installation has left is gone, a failed one changes nothing.
func TestSideBySide(t *testing.T) {
	home := newHome(t)
	check(t, os.MkdirAll(filepath.Join(home.Staging(), "go"), 0o700))
	check(t, os.WriteFile(filepath.Join(home.Staging(), "temporal"), []byte("half"), 0o600))
	put(t, home, "v1.9.0", "nine")
	running, err := os.Stat(home.Bin())
	check(t, err)
	put(t, home, "v1.10.0", "ten")
	put(t, home, "v1.10.0-rc.1", "candidate")
	_, err = Install(t.Context(), order(home, Go{}))
	list, err2 := Installed(home)
	check(t, err2)
	if KindOf(err) != NoGo || !slices.Equal(list, []Version{"v1.10.0", "v1.10.0-rc.1", "v1.9.0"}) || Linked(home) != "v1.10.0-rc.1" {
		t.Errorf("%v, %q, linked %q", err, list, Linked(home))
	}
	if done := put(t, home, "v1.9.0", "never fetched"); !done.Already || Linked(home) != "v1.9.0" {
		t.Errorf("%+v, linked %q", done, Linked(home))
	}
	now, err := os.Stat(home.Program("v1.9.0"))
	check(t, err)
	if !os.SameFile(running, now) {
		t.Error("a program that may run was replaced")
	}
	clean(t, home)
}

func TestNothingInstalled(t *testing.T) {
	home := newHome(t)
	for _, h := range []statefile.Home{home, home + "/none"} {
		if list, err := Installed(h); len(list) > 0 || err != nil || Linked(h) != "" || len(Partials(h)) > 0 {
			t.Errorf("%q, %v", list, err)
		}
	}
	check(t, os.MkdirAll(home.Program("v1.0.0"), 0o700)) // a folder is no program
	check(t, os.MkdirAll(filepath.Join(home.Versions(), "mine"), 0o700))
	check(t, os.MkdirAll(home.Downloads(), 0o700))
	check(t, os.WriteFile(filepath.Join(home.Downloads(), "mine.part"), []byte("x"), 0o600))
	if list, err := Installed(home); len(list) > 0 || err != nil || len(Partials(home)) > 0 {
		t.Errorf("%q, %v", list, err)
	}
}

// TestOwnProgramIsKept is a bin/temporal that no installation has put there.
func TestOwnProgramIsKept(t *testing.T) {
	for name, make := range map[string]func(bin string) error{
		"a program":         func(bin string) error { return os.WriteFile(bin, []byte("own"), 0o755) },
		"a file":            func(bin string) error { return os.WriteFile(bin, []byte("own"), 0o600) },
		"a link":            func(bin string) error { return os.Symlink("/bin/sh", bin) },
		"a link to nothing": func(bin string) error { return os.Symlink("nothing", bin) },
		"a link beside":     func(bin string) error { return os.Symlink("versions/mine/temporal", bin) },
		"a folder":          func(bin string) error { return os.Mkdir(bin, 0o755) },
	} {
		t.Run(name, func(t *testing.T) {
			home := newHome(t)
			check(t, os.MkdirAll(filepath.Dir(home.Bin()), 0o700))
			check(t, make(home.Bin()))
			before, err := os.Lstat(home.Bin())
			check(t, err)
			done := put(t, home, tested, script)
			installed(t, home, script)
			after, err := os.Lstat(done.Aside)
			check(t, err)
			if !os.SameFile(before, after) || before.Mode() != after.Mode() {
				t.Errorf("kept %v, was %v", after.Mode(), before.Mode())
			}
			if done = put(t, home, "v2.0.0", "two"); done.Aside != "" {
				t.Error("our own link was kept")
			}
		})
	}
}

func TestKeptIsNotOverwritten(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "temporal")
	check(t, os.WriteFile(bin, []byte("own"), 0o700))
	now := time.Now()
	aside, err := backup(bin, now)
	check(t, err)
	if _, err := backup(bin, now); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
	if text, _ := os.ReadFile(aside); string(text) != "own" {
		t.Errorf("%q", text)
	}
}

// TestInTheWay are things that stand where something is to be made.
func TestInTheWay(t *testing.T) {
	for name, path := range map[string]func(statefile.Home) string{
		"bin":       func(h statefile.Home) string { return filepath.Dir(h.Bin()) },
		"a version": func(h statefile.Home) string { return filepath.Join(h.Versions(), string(tested)) },
	} {
		t.Run(name, func(t *testing.T) {
			home := newHome(t)
			check(t, os.MkdirAll(filepath.Dir(path(home)), 0o700))
			check(t, os.WriteFile(path(home), []byte("own"), 0o600))
			if _, err := Install(t.Context(), order(home, written("x"))); err == nil {
				t.Error("installed")
			}
			if text, _ := os.ReadFile(path(home)); string(text) != "own" {
				t.Errorf("overwritten: %q", text)
			}
			if _, err := os.Lstat(home.Staging()); err == nil {
				t.Error("staging is left")
			}
		})
	}
	home := newHome(t)
	check(t, os.MkdirAll(home.InstallLock(), 0o700))
	_, err := Install(t.Context(), order(home, written("x")))
	if _, ok := errors.AsType[lockfile.NotFileError](err); !ok {
		t.Error(err)
	}
}
