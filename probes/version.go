package probes

import (
	"debug/buildinfo"
	"os"
	"strings"
	"sync"
)

// temporalModule is the main module of the Temporal CLI.
const temporalModule = "github.com/temporalio/cli"

// Versions is TemporalVersion that reads a program once for as long as it stays the same
// file, by its inode, size and time. What has no version, or could not be read, is read
// again. The zero value is ready, and any goroutine may ask.
type Versions struct {
	mu      sync.Mutex
	program os.FileInfo
	version string
}

// Of is TemporalVersion of exe.
func (v *Versions) Of(exe string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	info, err := os.Stat(exe)
	if err != nil {
		return ""
	}
	if known := v.program; v.version == "" || !os.SameFile(known, info) || known.Size() != info.Size() || !known.ModTime().Equal(info.ModTime()) {
		v.program, v.version = info, TemporalVersion(exe)
	}
	return v.version
}

// TemporalVersion returns the version of the Temporal CLI in this file, as in
// "1.5.1", from what the Go linker left in it: that takes a millisecond, where
// running it takes a hundred. It is empty for any other file and for a build
// that does not know its version.
func TemporalVersion(exe string) string {
	info, err := buildinfo.ReadFile(exe)
	if err != nil || info.Main.Path != temporalModule || info.Main.Version == "(devel)" {
		return ""
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}
