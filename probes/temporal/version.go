package temporal

import (
	"cmp"
	"debug/buildinfo"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/stigmer/local/fsm"
)

// temporalModule is the main module of the Temporal CLI.
const temporalModule = "github.com/temporalio/cli"

// serverModule is the module of the Temporal server, on which the CLI's depends.
const serverModule = "go.temporal.io/server"

// ReadProgram returns what Go's linker left in a file, and in its path: that takes a
// millisecond. A build from a source archive has no version of its own, but may lie in
// Homebrew's folder, which names one. Of a file that is not the Temporal CLI it returns nothing but that.
func ReadProgram(exe string) fsm.Program {
	info, err := buildinfo.ReadFile(exe)
	if err != nil || info.Main.Path != temporalModule {
		return fsm.Program{Wrapper: true}
	}
	p := fsm.Program{Version: validVersion(info.Main.Version), ServerVersion: serverVersion(info.Deps)}
	if path, err := filepath.EvalSymlinks(exe); err == nil && !SaysAll(p) {
		p.Version = cmp.Or(cellarVersion(path), p.Version)
	}
	return p
}

// SaysAll reports whether nothing better can be known of a program than p. A build with changed
// files has a version, which is believed if the program itself prints none.
func SaysAll(p fsm.Program) bool {
	return p.Version != "" && p.ServerVersion != "" && !strings.HasSuffix(p.Version, dirty)
}

// dirty ends the version of a build with changed files (go help buildvcs).
const dirty = "+dirty"

// serverVersion is the version of the server with which a program was linked, empty for none.
func serverVersion(linked []*debug.Module) string {
	i := slices.IndexFunc(linked, func(m *debug.Module) bool { return m.Path == serverModule })
	if i < 0 {
		return ""
	}
	server := linked[i]
	if server.Replace != nil && validVersion(server.Replace.Version) != "" {
		server = server.Replace
	}
	return validVersion(server.Version)
}

// cellarVersion is the version in the path of a program that Homebrew keeps, without its
// count of rebuilds: "1.5.1" of ".../Cellar/temporal/1.5.1_2/bin/temporal".
func cellarVersion(path string) string {
	parts := strings.Split(path, "/")
	if len(parts) < 5 {
		return ""
	}
	keg := parts[len(parts)-5:]
	if keg[0] != "Cellar" || keg[1] != "temporal" || keg[3] != "bin" {
		return ""
	}
	version, _, _ := strings.Cut(keg[2], "_")
	return validVersion(version)
}

// unstamped is the version that a build without one prints.
const unstamped = "0.0.0-DEV"

// ParseVersion finds in what a program printed what every Temporal CLI prints for its version
// (temporalcli/commands.go, Version): "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)".
// A wrapper may print more than that.
func ParseVersion(printed []string) (p fsm.Program) {
	for _, line := range printed {
		words := append(strings.Fields(line), "", "", "", "", "")
		if words[0] != "temporal" || words[1] != "version" {
			continue
		}
		if words[2] != unstamped {
			p.Version = validVersion(words[2])
		}
		if words[3] == "(Server" {
			p.ServerVersion = validVersion(strings.TrimRight(words[4], ",)"))
		}
		break
	}
	return p
}

// validVersion is a version without the "v" before it, empty for what is none.
func validVersion(version string) string {
	version = strings.TrimPrefix(version, "v")
	if !semver.IsValid("v" + version) {
		return ""
	}
	return version
}
