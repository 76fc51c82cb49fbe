// Package main is what the tests run in the place of Temporal and of launchctl, with the
// children that these have, and what takes system calls from a program. It is never built
// with the race detector: that is there for stigmer, and a server starts some hundreds of times.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	program, known := map[string]func() int{
		"temporal": fakeTemporal, "launchctl": fakeLaunchctl, "straggler": straggler, "sandbox": sandbox,
	}[filepath.Base(os.Args[0])]
	if !known {
		fmt.Fprintln(os.Stderr, "fake: no program is named", os.Args[0])
		os.Exit(64)
	}
	os.Exit(program())
}
