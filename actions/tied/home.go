package tied

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// The names of the homes of runs begin with one of these, and with the PID of the run. A home that
// is kept has another name, so that nothing ever removes it.
const (
	passing = "stigmer-run-"
	kept    = "stigmer-kept-"
)

// NewPath returns where the home of a run is to be, in the system's folder for temporary files, and
// makes nothing.
func NewPath(keep bool) (string, error) {
	folder, err := filepath.EvalSymlinks(os.TempDir())
	if err == nil {
		folder, err = filepath.Abs(folder)
	}
	if err != nil {
		return "", err
	}
	prefix := passing
	if keep {
		prefix = kept
	}
	return filepath.Join(folder, fmt.Sprintf("%s%d-%08x", prefix, os.Getpid(), rand.Uint32())), nil
}

// MakeHome makes the home at a path that NewPath returned. What is there already is an error: it is not ours.
func MakeHome(path string) (statefile.Home, error) {
	if err := os.Mkdir(path, 0o700); err != nil {
		return "", err
	}
	home, err := statefile.OpenHome(path)
	if err == nil {
		err = home.MakeFolders()
	}
	return home, err
}

// Remember gives the home of a run the program, for commands that are run in it, and what another home remembers of
// programs: none need be tried again.
func Remember(home, other statefile.Home, program string) error {
	err := errors.Join(os.MkdirAll(filepath.Dir(home.Bin()), 0o700), os.RemoveAll(home.Bin()), os.Symlink(program, home.Bin()))
	if err != nil {
		return err
	}
	if text, err := other.ReadPrograms(); err == nil {
		if err := home.WritePrograms(text); err != nil {
			return err
		}
	}
	err = os.CopyFS(home.Schemas(), os.DirFS(other.Schemas()))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist) {
		return nil // there are none, or they were copied before
	}
	return err
}

// Passes reports whether a home is one that is to be gone after its run.
func Passes(home statefile.Home) bool { return strings.HasPrefix(filepath.Base(string(home)), passing) }

// Over reports whether the run of a home has ended, which a record may name: else the name of the home
// does. A PID that another process has by now makes it seem to last.
func Over(home statefile.Home, r fsm.Record) bool {
	if r.TiedTo.PID != 0 {
		return evidence.Untied(r)
	}
	number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(string(home)), passing), "-")
	pid, err := strconv.Atoi(number)
	if err != nil {
		return false
	}
	_, err = proc.Identify(pid)
	return err != nil
}

// Remove removes the home of a run, and nothing else. Its caller has supervisor.lock, or knows that
// both locks are free. The home has another name first: a process that still waits for a lock would make the lock's file
// anew while the folder is emptied.
func Remove(home statefile.Home) error {
	if !Passes(home) {
		return fmt.Errorf("%s is not the home of a run", home)
	}
	doomed := string(home) + ".gone"
	if err := os.Rename(string(home), doomed); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.RemoveAll(doomed)
}

// Left returns the homes of runs that have ended without removing theirs, since all of their processes were killed.
func Left() (homes []statefile.Home) {
	paths, _ := filepath.Glob(filepath.Join(os.TempDir(), passing+"*")) // the pattern is a good one
	for _, path := range paths {
		home, there, err := statefile.FindHome(path)
		if err != nil || !there || !Passes(home) {
			continue
		}
		document, _ := (statefile.File{Home: home}).Load() // without a record the name says enough
		if Over(home, document.Record) {
			homes = append(homes, home)
		}
	}
	return homes
}
