package database

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/semver"

	"github.com/stigmer/local/probes/files"
)

// About is what is known of a kept database, beside its file. A copy without it is as good.
type About struct {
	// Version is that of the Temporal that last served on it, empty if not known.
	Version string `json:"version,omitempty"`
	// Cause says which command made it.
	Cause string `json:"cause,omitempty"`
	// Made is when.
	Made time.Time `json:"made"`
}

const aboutEnding = ".about.json"

// WriteAbout writes it beside a kept database.
func WriteAbout(kept string, a About) error {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(kept+aboutEnding, append(text, '\n'), 0o600)
}

// KeptDatabase is one database that is kept beside another: a backup, or what a reset, a restore or a start
// set aside.
type KeptDatabase struct {
	About
	// Name is the end of its file's name, by which a user names it, Path the file.
	Name, Path string
	// Bytes is the size of all of its files.
	Bytes int64
}

// CheckName says why a name cannot be that of a backup, a sentence without its subject; empty if it can: it ends the
// name of a file, and no two kept databases have one name.
func CheckName(name string) string {
	taken := func(ending string) bool { return strings.HasSuffix(name, ending) }
	reserved := func(kind string) bool { return strings.HasPrefix(name, strings.TrimPrefix(kind, ".")) }
	switch {
	case !plainName.MatchString(name):
		return "is not a name: up to 100 letters, digits, points, hyphens and underscores, the first a letter or a digit"
	case slices.ContainsFunc(Parts[:len(Parts)-1], taken), taken(aboutEnding), taken(Unfinished):
		return "ends like the files that lie beside a database"
	case slices.ContainsFunc(keptKinds, reserved):
		return "begins like what a reset, a restore or a start has kept"
	}
	return ""
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// KeptDatabases lists what is kept beside a database, the oldest first.
func KeptDatabases(db string) (list []KeptDatabase) {
	for _, path := range Kept(db) {
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || isPart(path) || strings.HasSuffix(path, Unfinished) {
			continue
		}
		k := KeptDatabase{Path: path, Name: nameOf(path, db)}
		for _, part := range PartsOf(path) {
			k.Bytes += files.FileSize(part)
		}
		if text, err := os.ReadFile(path + aboutEnding); err == nil {
			_ = json.Unmarshal(text, &k.About) // what cannot be read is not known
		}
		if info, err := os.Stat(path); err == nil && k.Made.IsZero() { // a copy that a start has made
			k.Made = info.ModTime()
			k.Version = versionIn(k.Name)
		}
		list = append(list, k)
	}
	slices.SortStableFunc(list, func(a, b KeptDatabase) int { return a.Made.Compare(b.Made) })
	return list
}

// nameOf is the name of a kept database: that of a backup is what the user gave it.
func nameOf(path, db string) string {
	name := strings.TrimPrefix(filepath.Base(path), filepath.Base(Real(db)))
	return strings.TrimPrefix(strings.TrimPrefix(name, BackupKind), ".")
}

// versionIn is the version by which a start names its backups, empty for any other name.
func versionIn(name string) string {
	version, _, _ := strings.Cut(name, "-20") // a second one of a version has the time behind it
	if !semver.IsValid("v" + version) {
		return ""
	}
	return version
}

func isPart(path string) bool {
	return slices.ContainsFunc(Parts, func(suffix string) bool { return suffix != "" && strings.HasSuffix(path, suffix) })
}

// Delete removes a kept database and all that lies beside it. The file itself goes first: what is left of a
// deletion that was cut off is no database.
func (k KeptDatabase) Delete() error {
	var failed error
	for _, path := range append([]string{k.Path}, append(PartsOf(k.Path), k.Path+aboutEnding)...) {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}
