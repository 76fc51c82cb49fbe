package cli

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/statefile"
)

const (
	// DefaultHomeName is the home where none is given, in the user's own.
	DefaultHomeName = ".stigmer"
	// DefaultName is the name of that home. The other names are those of folders in its folder instances.
	DefaultName     = "default"
	instancesFolder = "instances"
)

// nameSize, in bytes, bounds a name. Below it are files, which have paths of a bounded length too.
const nameSize = 64

// parseName refuses what cannot be, or should not be, the name of a folder.
func parseName(name string) (string, error) {
	stray := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r)
	}
	switch {
	case name == "":
		return "", errors.New("the name is empty")
	case len(name) > nameSize:
		return "", fmt.Errorf("a name of %d bytes is too long: %d are the most", len(name), nameSize)
	case strings.ContainsFunc(name, stray) || strings.ContainsAny(name[:1], "-_."):
		return "", fmt.Errorf("%q is no name: it has letters, digits and -_. alone, and begins with a letter or a digit", name)
	}
	return name, nil
}

// chosenName is the name that was given for the home, empty for none. It counts where HomePath
// takes it.
func chosenName() string {
	if chosen.home != "" {
		return ""
	}
	return cmp.Or(chosen.name, os.Getenv(nameVariable))
}

// namedHome is the absolute path of the home with a name. Its error is a Problem.
func namedHome(name string) (string, error) {
	user, err := UserHome()
	if err != nil {
		return "", noUserHome(err)
	}
	path := filepath.Join(user, DefaultHomeName)
	if name != DefaultName {
		path = filepath.Join(path, instancesFolder, name)
	}
	return path, nil
}

// NamedHomes are the homes with a name that are there, by their names: links are followed, and
// what is no folder is none. The default home is among them, whether anything was started in it or not.
func NamedHomes() map[string]string {
	folder, err := namedHome(DefaultName)
	if err != nil {
		return nil
	}
	homes, names := map[string]string{}, []string{DefaultName}
	entries, _ := os.ReadDir(filepath.Join(folder, instancesFolder)) // of a folder that cannot be read there are none
	for _, entry := range entries {
		if name, err := parseName(entry.Name()); err == nil {
			names = append(names, name)
		}
	}
	for _, name := range names {
		path, _ := namedHome(name) // HOME was there just now
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			homes[name] = path
		}
	}
	return homes
}

// NameOf returns the name of the home at a path, empty for one that has only its path.
func NameOf(path string) string {
	path = RealHome(path)
	for name, named := range NamedHomes() {
		if RealHome(named) == path {
			return name
		}
	}
	return ""
}

// RealHome is the path by which processes and records know a home, or the path itself if it is
// not usable as one: that is reported where the home is read.
func RealHome(path string) string {
	if home, there, err := statefile.FindHome(path); err == nil && there {
		return string(home)
	}
	return filepath.Clean(path)
}

// WarnUnknownName warns of a name that no home has, and says which there are. A home that was named
// by its path, or not at all, is none of that.
func WarnUnknownName(c *cobra.Command) {
	name, homes := chosenName(), NamedHomes()
	if name == "" || homes[name] != "" {
		return
	}
	names := strings.Join(slices.Sorted(maps.Keys(homes)), ", ")
	Warn(c, "no home has the name %s; there %s", name, cmp.Or(Behind("are: ", names), "is none yet"))
}

// CompleteHomeNames offers the names of the homes that are there.
func CompleteHomeNames(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	for name := range NamedHomes() {
		names = append(names, name)
	}
	return Offer(names)
}
