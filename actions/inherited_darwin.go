package actions

import (
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// inherited reports whether a holder has the lock by inheritance. macOS cannot
// tell holders from those who wait for the lock, so only what carries the
// environment of our spawn is believed.
func inherited(home statefile.Home, h probes.Holder) bool { return h.Instance == string(home) }

// cameOver is never known on macOS, where who waits for a lock looks like who has it.
func cameOver([]probes.Holder) bool { return false }
