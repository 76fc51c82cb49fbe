// Package main is stigmer as the scripts run it: on a system with launchd where a script
// keeps one, and counting its calls in the build blunt. It also is a larger program that has
// the tree of Local, and a foreign process that holds a lock.
package main

import (
	"os"
	"path/filepath"

	"github.com/stigmer/local/cmd"
	"github.com/stigmer/local/cmd/internal/service"
)

func main() {
	switch filepath.Base(os.Args[0]) {
	case "larger":
		os.Exit(larger())
	case "holdlock":
		os.Exit(holdLock())
	}
	if os.Getenv("FAKE_LAUNCHD") != "" { // see cmd/e2e/fake/launchctl.go
		service.LaunchdHere = true
	}
	status := cmd.Main()
	writeCalls()
	os.Exit(status)
}
