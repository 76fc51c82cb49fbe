package temporal

import (
	"context"
	"debug/buildinfo"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/semver"
)

// temporalModule is the main module of the Temporal CLI.
const temporalModule = "github.com/temporalio/cli"

// versionWithin bounds the run of a Temporal CLI that is asked for its version: warm it
// takes 30 ms on an idle machine, and the first run of a new program on macOS can take seconds.
const versionWithin = 15 * time.Second

// Versions is VersionOf that reads a program once for as long as it stays the same
// file, by its inode, size and time. A program without a version is read again, but never
// run again. A record does not keep it: a run costs each supervisor of such a build 30 ms
// while it takes its locks. The zero value is ready, and any goroutine may ask.
type Versions struct {
	mu      sync.Mutex
	program os.FileInfo
	version string
	ran     bool
}

// Of is VersionOf of exe.
func (v *Versions) Of(exe string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	info, err := os.Stat(exe)
	if err != nil {
		return ""
	}
	known := v.program
	same := known != nil && os.SameFile(known, info) && known.Size() == info.Size() && known.ModTime().Equal(info.ModTime())
	if !same || v.version == "" && !v.ran {
		v.program = info
		v.version, v.ran = temporalVersion(exe)
	}
	return v.version
}

// VersionOf returns the version of the Temporal CLI in this file, as in
// "1.5.1". It is empty for any other file and for a build that does not know its
// version. What the Go linker left in the file is read in a millisecond; a build from a
// source archive has nothing there, and is known by Homebrew's folder or, at last, by
// what it says when it is run.
func VersionOf(exe string) string {
	version, _ := temporalVersion(exe)
	return version
}

// temporalVersion is VersionOf, and reports whether the program was run for it.
func temporalVersion(exe string) (version string, ran bool) {
	info, err := buildinfo.ReadFile(exe)
	if err != nil || info.Main.Path != temporalModule {
		return "", false
	}
	linked := strings.TrimPrefix(info.Main.Version, "v")
	// A build with changed files has a version all the same, if nothing better is known.
	if known := validVersion(linked); known != "" && !strings.HasSuffix(linked, "+dirty") {
		return known, false
	}
	if path, err := filepath.EvalSymlinks(exe); err == nil {
		if version := cellarVersion(path); version != "" {
			return version, false
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), versionWithin)
	defer cancel()
	if version := runForVersion(ctx, exe); version != "" {
		return version, true
	}
	return validVersion(linked), true
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

// runForVersion runs a Temporal CLI for its version, in the root folder and without an
// environment: nothing of the caller's can change the answer.
func runForVersion(ctx context.Context, exe string) string {
	cmd := versionCommand(ctx, exe)
	cmd.Dir, cmd.Env = "/", []string{}
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return parseVersion(string(out))
}

// parseVersion reads "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)". A build that has no
// version says 0.0.0-DEV (temporalcli/commands.go, Version).
func parseVersion(text string) string {
	words := strings.Fields(text)
	if len(words) < 3 || words[0] != "temporal" || words[1] != "version" || words[2] == "0.0.0-DEV" {
		return ""
	}
	return validVersion(words[2])
}

// validVersion is a version as it was given, empty for what is none.
func validVersion(version string) string {
	if !semver.IsValid("v" + version) {
		return ""
	}
	return version
}
