// Package main is what the tests run in the place of Temporal and of launchctl, and the
// children that these have. It is a program of its own, and never built with the race
// detector: that is there for stigmer, and a server starts some hundreds of times.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	program, known := map[string]func() int{
		"temporal": fakeTemporal, "launchctl": fakeLaunchctl, "straggler": straggler,
	}[filepath.Base(os.Args[0])]
	if !known {
		fmt.Fprintln(os.Stderr, "fake: no program is named", os.Args[0])
		os.Exit(64)
	}
	os.Exit(program())
}
