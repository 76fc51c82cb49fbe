package install

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/stigmer/local/statefile"
)

// Version names a release of the Temporal CLI as Go does: "v1.8.2". It is safe as
// the name of a folder. Make one with ParseVersion.
type Version string

// versionBytes bounds the length of a version's name.
const versionBytes = 64

// ParseVersion reads a full version, with or without the "v" before it.
func ParseVersion(text string) (Version, error) {
	v := "v" + strings.TrimPrefix(text, "v")
	if len(v) > versionBytes || semver.Canonical(v) != v {
		return "", fmt.Errorf("%q is not a version such as v1.8.2", text)
	}
	return Version(v), nil
}

// archive is the name of the release's archive for a platform, as its maintainers
// publish it.
func (v Version) archive(system, machine string) (string, error) {
	switch system + "/" + machine {
	case "linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64":
		return fmt.Sprintf("temporal_cli_%s_%s_%s.tar.gz", strings.TrimPrefix(string(v), "v"), system, machine), nil
	}
	return "", failed(NoRelease, "there is no release for %s/%s", system, machine)
}

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
	slices.SortFunc(found, newestFirst)
	return found, err
}

func newestFirst(a, b Version) int { return semver.Compare(string(b), string(a)) }

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
