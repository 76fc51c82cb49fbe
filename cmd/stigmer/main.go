// Stigmer owns a local Temporal: stigmer local start, stop, restart, state.
package main

import (
	"os"

	"github.com/stigmer/local/cmd"
)

func main() { os.Exit(cmd.Main()) }
