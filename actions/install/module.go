package install

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// The Temporal CLI's modules. Since v1.6.0 cliext is one of its own, and the other's go.mod
// names it by a folder of the repository: go install refuses that. A module of ours requires
// the CLI and names cliext by the commit of the CLI's tag, since it has no tags itself.
const (
	cliModule       = "github.com/temporalio/cli"
	cliextModule    = cliModule + "/cliext"
	mainPackage     = cliModule + "/cmd/temporal"
	firstWithCliext = "v1.6.0-0" // that of a first pre-release
)

// origin is what a module that builds a version names besides the version.
type origin struct {
	// goVersion is that of the CLI's own go.mod: it sets what GODEBUG defaults to.
	goVersion string
	// cliext is the version of cliextModule, empty for a CLI without it.
	cliext string
}

// cliextOf182 is of v1.8.2. No file of cliext differs in the other versions that are known.
const cliextOf182 = "v0.0.0-20260731000218-c579925f193f"

// known has the versions whose modules' sums are in known.sum: no server is asked about them.
var known = map[Version]origin{
	"v1.7.1": {"1.26.3", cliextOf182},
	"v1.7.2": {"1.26.4", cliextOf182},
	"v1.7.3": {"1.26.4", cliextOf182},
	"v1.8.1": {"1.26.4", cliextOf182},
	"v1.8.2": {"1.26.4", cliextOf182},
}

// knownSums is the go.sum of the known versions. For any other one go asks its checksum
// database.
//
//go:embed known.sum
var knownSums []byte

// KnownVersions returns the versions that go builds from pinned modules, the newest first.
func KnownVersions() []Version {
	var list []Version
	for v := range known {
		list = append(list, v)
	}
	slices.SortFunc(list, newestFirst)
	return list
}

// write makes the module that builds a version, in the folder of a build.
func (o origin) write(folder string, v Version) error {
	text := fmt.Sprintf("module temporal.build\n\ngo %s\n\nrequire %s %s\n", o.goVersion, cliModule, v)
	if o.cliext != "" {
		text += fmt.Sprintf("\nreplace %s => %s %s\n", cliextModule, cliextModule, o.cliext)
	}
	if err := os.WriteFile(filepath.Join(folder, "go.mod"), []byte(text), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "go.sum"), knownSums, 0o600)
}

// origin finds out what the module of a version names.
func (b *build) origin(ctx context.Context, v Version) (origin, error) {
	if o, ok := known[v]; ok {
		return o, nil
	}
	// Else go list would take the go.mod of a folder above.
	if err := os.WriteFile(filepath.Join(b.folder, "go.mod"), []byte("module temporal.build\n"), 0o600); err != nil {
		return origin{}, err
	}
	var found struct {
		Time      time.Time
		GoVersion string
		Origin    struct{ Hash string }
	}
	if err := b.list(ctx, cliModule+"@"+string(v), &found); err != nil {
		return origin{}, b.failed(ctx, Unbuilt, fmt.Sprintf("go does not find %s@%s: %v", cliModule, v, err))
	}
	o := origin{goVersion: found.GoVersion}
	if semver.Compare(string(v), firstWithCliext) < 0 {
		return o, nil
	}
	unresolved := fmt.Sprintf("go cannot build Temporal CLI %s: the module proxy", v)
	if len(found.Origin.Hash) < 12 {
		return o, failed(Unresolved, "%s does not name its commit, by which its part %s is found", unresolved, cliextModule)
	}
	o.cliext = module.PseudoVersion("v0", "", found.Time, found.Origin.Hash[:12])
	if err := b.list(ctx, cliextModule+"@"+o.cliext, &struct{}{}); err != nil {
		return o, b.failed(ctx, Unresolved, fmt.Sprintf("%s does not have its part %s@%s", unresolved, cliextModule, o.cliext))
	}
	return o, nil
}

// list asks go what it knows of a module.
func (b *build) list(ctx context.Context, query string, found any) error {
	var out bytes.Buffer
	err := b.run(ctx, &out, "list", "-m", "-json", query)
	if err == nil {
		err = json.Unmarshal(out.Bytes(), found)
	}
	return err
}
