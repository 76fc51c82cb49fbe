package actions

import (
	"errors"
	"os"

	"github.com/stigmer/local/statefile"
)

// turnsAreTold is false: macOS documents no lock on bytes that belongs to a description.
func turnsAreTold(statefile.Home) bool { return false }

func takeTurn(statefile.Home, *os.File, uint64) {}

func passTurn(statefile.Home, *os.File, uint64) {}

func awaitTurn(string, uint64) error { return errors.ErrUnsupported }
