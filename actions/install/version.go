package install

import (
	"fmt"
	"strings"

	"golang.org/x/mod/semver"
)

// Version names a release of the Temporal CLI as Go does: "v1.5.1". It is safe as
// the name of a folder. Make one with ParseVersion.
type Version string

// versionBytes bounds the length of a version's name.
const versionBytes = 64

// ParseVersion reads a full version, with or without the "v" before it.
func ParseVersion(text string) (Version, error) {
	v := "v" + strings.TrimPrefix(text, "v")
	if len(v) > versionBytes || semver.Canonical(v) != v {
		return "", fmt.Errorf("%q is not a version such as v1.5.1", text)
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
