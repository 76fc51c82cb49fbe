package actions

import (
	"slices"

	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// inherited reports whether a holder has the lock by inheritance. On Linux the
// holders are exact, and an exclusive lock has one description.
func inherited(statefile.Home, probes.Holder) bool { return true }

// cameOver reports whether the lock has come over to this driver: who it was
// waiting for has gone.
func cameOver(holders []probes.Holder) bool { return slices.ContainsFunc(holders, isSelf) }
