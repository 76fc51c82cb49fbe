package actions

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if len(os.Args) < 2 || !slices.Contains(roles, os.Args[1]) {
		if os.Getenv("GORACE") == "" { // a program with the race detector sleeps before it exits
			os.Setenv("GORACE", "atexit_sleep_ms=0")
		}
		os.Exit(m.Run())
	}
	files := openFiles() // before anything of ours is open
	time.AfterFunc(actorLifetime, func() { os.Exit(99) })
	if err := play(files); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(98)
	}
}
