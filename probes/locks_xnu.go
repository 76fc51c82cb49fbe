//go:build darwin || blunt

package probes

import (
	"os"

	"github.com/stigmer/local/probes/xnu"
)

var systemLocks = macLocks{xnu.System()}

func hasLock(_ int, file OpenFile) bool { return file.Locked }

func knownUnlocked(path string) bool { return systemLocks.knownUnlocked(path) }

func listed(path string, _ os.FileInfo) (LockState, error) { return systemLocks.listed(path) }
