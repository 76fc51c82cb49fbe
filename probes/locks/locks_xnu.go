//go:build darwin || blunt

package locks

import (
	"os"

	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/xnu"
)

var system = mac{xnu.System()}

func hasLock(_ int, file files.Descriptor) bool { return file.Locked }

func knownUnlocked(path string) bool { return system.knownUnlocked(path) }

func listed(path string, _ os.FileInfo) (State, error) { return system.listed(path) }
