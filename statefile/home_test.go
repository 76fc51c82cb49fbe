package statefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenHomeMakesIt(t *testing.T) {
	root := t.TempDir()
	withUmask(t, 0)
	path := filepath.Join(root, "a", "b")
	if _, found, err := FindHome(path); found || err != nil {
		t.Fatalf("found %v, error %v before it was made", found, err)
	}
	if _, err := os.Lstat(filepath.Join(root, "a")); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal("FindHome made a folder")
	}
	home, err := OpenHome(path)
	check(t, err)
	check(t, home.MakeFolders())
	if err := home.MakeFolders(); err != nil {
		t.Fatalf("the second time: %v", err)
	}
	for _, made := range []string{filepath.Join(root, "a"), path, home.Logs(), filepath.Dir(home.DB())} {
		wantMode(t, made, 0o700)
	}
	if got, found, err := FindHome(path); got != home || !found || err != nil {
		t.Errorf("FindHome says %q, %v, %v; OpenHome said %q", got, found, err, home)
	}
}

func TestOneHomeByManyNames(t *testing.T) {
	home := newHome(t)
	root := filepath.Dir(string(home))
	check(t, os.Symlink(string(home), filepath.Join(root, "link")))
	t.Chdir(root)
	for _, name := range []string{"home", "link", "./link/", filepath.Join(root, "link"), "x/../home"} {
		if got, err := OpenHome(name); err != nil || got != home {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, home)
		}
	}
}

// On a file system that folds case one folder has many names, and the kernel knows the
// stored one. A symlink stands for the second spelling here.
func TestOneHomeByManySpellings(t *testing.T) {
	home := newHome(t)
	root := filepath.Dir(string(home))
	other := filepath.Join(root, "HOME")
	check(t, os.Symlink(string(home), other))
	t.Chdir(string(home)) // so that "." leads to it
	says := func(name string, err error) naming {
		return func(folder string) (string, error) {
			if folder != string(home) {
				t.Errorf("asked for the name of %q", folder)
			}
			return name, err
		}
	}
	for what, c := range map[string]struct {
		stored naming
		want   string
	}{
		"another spelling": {says(other, nil), other},
		"the same":         {says(string(home), nil), string(home)},
		"no answer":        {says(other, fs.ErrPermission), string(home)},
		"another folder":   {says(root, nil), string(home)},
		"no folder":        {says(other+".gone", nil), string(home)},
		"no path":          {says("", nil), string(home)},
		"a relative path":  {says(".", nil), string(home)},
	} {
		if got, found, err := findHome(string(home), c.stored); string(got) != c.want || !found || err != nil {
			t.Errorf("%s: found %q, %v, %v; want %q", what, got, found, err, c.want)
		}
		if got, want := gone(filepath.Join(string(home), "lost"), c.stored), filepath.Join(c.want, "lost"); string(got) != want {
			t.Errorf("%s: gone %q, want %q", what, got, want)
		}
	}
}

// The system's own name of a folder that is spelled as it is stored is that spelling.
func TestStoredName(t *testing.T) {
	home := newHome(t)
	if name, err := storedName(string(home)); name != string(home) || err != nil {
		t.Errorf("%q, %v; want %q", name, err, home)
	}
}

func TestNoFolder(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "file"), "")
	check(t, os.Symlink("nowhere", filepath.Join(root, "dangling")))
	for _, name := range []string{"file", "file/below", "dangling"} {
		_, err := OpenHome(filepath.Join(root, name))
		e, ok := errors.AsType[NotFolderError](err)
		if !ok || e.Dangling != (name == "dangling") || !strings.HasSuffix(e.Path, name) {
			t.Errorf("OpenHome %s: %v", name, err)
		}
		if _, _, err := FindHome(filepath.Join(root, name)); !errors.As(err, &e) {
			t.Errorf("FindHome %s: %v", name, err)
		}
	}
	if _, err := OpenHome(""); err == nil {
		t.Error("the empty path became the working folder")
	}
}

func TestLooseHome(t *testing.T) {
	for _, mode := range []fs.FileMode{0o770, 0o702, 0o777, 0o1777} {
		path := t.TempDir()
		check(t, os.Chmod(path, mode.Perm()|mode&0o1000<<11))
		_, err := OpenHome(path)
		if e, ok := errors.AsType[LooseHomeError](err); !ok || e.Mode != mode.Perm() {
			t.Errorf("mode %04o: %v", mode, err)
		}
		wantMode(t, path, mode.Perm())
	}
	path := t.TempDir()
	check(t, os.Chmod(path, 0o755))
	if _, err := OpenHome(path); err != nil {
		t.Error(err)
	}
	wantMode(t, path, 0o755) // what exists is not chmodded
}

func TestForeignHome(t *testing.T) {
	for _, ids := range []struct {
		uid, euid int
		foreign   bool
	}{{1000, 1000, false}, {0, 0, false}, {1000, 1001, true}, {1000, 0, true}, {0, 1000, true}} {
		_, foreign := errors.AsType[ForeignHomeError](usable("h", fs.ModeDir|0o700, ids.uid, ids.euid))
		if foreign != ids.foreign {
			t.Errorf("%+v: foreign %v", ids, foreign)
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can give a folder away")
	}
	path := t.TempDir()
	check(t, os.Chown(path, 12345, -1))
	_, err := OpenHome(path)
	if e, ok := errors.AsType[ForeignHomeError](err); !ok || e.UID != 12345 {
		t.Errorf("got %v", err)
	}
}

// A home that is gone is named as it was, though more than it is gone, and links led there.
func TestGone(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	check(t, err)
	real, link := filepath.Join(root, "real"), filepath.Join(root, "link")
	check(t, errors.Join(os.Mkdir(real, 0o700), os.Symlink(real, link)))
	t.Chdir(real)
	for path, want := range map[string]string{
		filepath.Join(link, "home"):      filepath.Join(real, "home"),
		filepath.Join(link, "p", "home"): filepath.Join(real, "p", "home"),
		"p/home":                         filepath.Join(real, "p", "home"),
		"/no/such/folder":                "/no/such/folder",
	} {
		if got := Gone(path); string(got) != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}
