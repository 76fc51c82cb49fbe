package probes

import (
	"debug/buildinfo"
	"strings"
)

// temporalModule is the main module of the Temporal CLI.
const temporalModule = "github.com/temporalio/cli"

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
