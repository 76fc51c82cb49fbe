package install

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/stigmer/local/statefile"
)

// Installed returns the versions that are in the home, the newest first. A home
// without any, or none at all, has none.
func Installed(home statefile.Home) ([]Version, error) {
	entries, err := os.ReadDir(home.Versions())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var found []Version
	for _, entry := range entries {
		v, bad := ParseVersion(entry.Name())
		if bad == nil && string(v) == entry.Name() && isProgram(home.Program(string(v))) {
			found = append(found, v)
		}
	}
	slices.SortFunc(found, func(a, b Version) int { return semver.Compare(string(b), string(a)) })
	return found, err
}

// Linked returns the version that bin/temporal leads to, empty where that is not
// a link into the home's versions.
func Linked(home statefile.Home) Version {
	target, err := os.Readlink(home.Bin())
	if err != nil {
		return ""
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(filepath.Dir(home.Bin()), target)
	}
	return Of(home, target)
}

// Of returns the version whose program this path is, empty for any other path.
func Of(home statefile.Home, path string) Version {
	v, err := ParseVersion(filepath.Base(filepath.Dir(path)))
	if err != nil || home.Program(string(v)) != filepath.Clean(path) {
		return ""
	}
	return v
}

// Partial is what there is of a version's archive after a download broke off.
type Partial struct {
	Version Version
	Path    string
	Bytes   int64
}

// Partials returns the downloads that the next Install of their version goes on from.
func Partials(home statefile.Home) []Partial {
	entries, _ := os.ReadDir(home.Downloads()) // no folder, no partial downloads
	var found []Partial
	for _, entry := range entries {
		name, partial := strings.CutSuffix(entry.Name(), partialEnding)
		fields := strings.Split(name, "_")
		info, err := entry.Info()
		if !partial || len(fields) < 3 || err != nil {
			continue
		}
		if v, err := ParseVersion(fields[2]); err == nil {
			found = append(found, Partial{v, filepath.Join(home.Downloads(), entry.Name()), info.Size()})
		}
	}
	return found
}
