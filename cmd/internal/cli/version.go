package cli

import "runtime/debug"

// TemporalVersion is the Temporal CLI that this version is tested with and that
// start and make provide.
const TemporalVersion = "v1.8.2"

// Version is set by the linker for a release; without it the module's version counts.
var Version string

// OwnVersion returns this program's version: the linker's, else that of its module, else (devel).
func OwnVersion() string {
	if Version != "" {
		return Version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
