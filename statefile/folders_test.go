package statefile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A folder of the home, or the database, may lie on another disk, but not where another user
// could put something.
func TestLinkedFolders(t *testing.T) {
	var loose LooseHomeError
	var none NotFolderError
	for _, name := range []string{"logs", "temporal-data", "bin", "temporal-data/temporal.db"} {
		home := newHome(t)
		root := filepath.Dir(string(home))
		away := filepath.Join(root, "away")
		to := away
		if filepath.Ext(name) == ".db" {
			to = filepath.Join(away, "not-there-yet.db")
		}
		link := filepath.Join(string(home), name)
		for _, err := range []error{os.Mkdir(away, 0o700), os.MkdirAll(filepath.Dir(link), 0o700), os.Symlink(to, link)} {
			check(t, err)
		}
		if err := home.MakeFolders(); err != nil {
			t.Errorf("%s leads to a private folder: %v", name, err)
		}
		for _, err := range []error{os.Chmod(away, 0o777), home.MakeFolders()} {
			if err != nil && !errors.As(err, &loose) {
				t.Errorf("%s leads to where all can write: %v", name, err)
			}
		}
		if loose.Path != away {
			t.Errorf("%s: %q is named", name, loose.Path)
		}
		check(t, os.Remove(away))
		if err := home.MakeFolders(); !errors.As(err, &none) || !none.Dangling {
			t.Errorf("%s leads to nothing: %v", name, err)
		}
		loose = LooseHomeError{}
	}
}

// A relative link leads from where it lies.
func TestLinkedDatabaseIsRelativeToItsFolder(t *testing.T) {
	home := newHome(t)
	check(t, home.MakeFolders())
	check(t, os.Symlink("other.db", home.DB()))
	if err := home.CheckLinks(); err != nil {
		t.Error(err)
	}
}

func TestNearestFolder(t *testing.T) {
	there := t.TempDir()
	for path, want := range map[string]string{there: there, filepath.Join(there, "a", "b"): there, "/none/such": "/"} {
		if have := NearestFolder(path); have != want {
			t.Errorf("of %s it is %s, not %s", path, have, want)
		}
	}
}
