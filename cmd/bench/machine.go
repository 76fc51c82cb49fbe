package main

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// machineFacts say on what the figures were taken, and how busy it was with others.
func (b *bench) machineFacts() []string {
	model, memory, busy := hardware()
	var name unix.Utsname
	check(unix.Uname(&name))
	return []string{
		"Date: " + time.Now().UTC().Format("2006-01-02 15:04 MST"),
		fmt.Sprintf("Machine: %d cores, %s, %.1f GB of memory", runtime.NumCPU(), model, float64(memory)/1e9),
		fmt.Sprintf("System: %s %s %s", unix.ByteSliceToString(name.Sysname[:]), unix.ByteSliceToString(name.Release[:]), runtime.GOARCH),
		"Go: " + runtime.Version(),
		"Temporal: " + b.firstLine(b.temporal, "--version"),
		"stigmer: " + b.firstLine(b.stigmer, "local", "version"),
		fmt.Sprintf("Rounds: %d; load before the first: %s", b.rounds, busy),
	}
}

// firstLine is the first line that a program prints.
func (b *bench) firstLine(program string, args ...string) string {
	ctx, cancel := context.WithTimeout(b, patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, args...).Output()
	if err != nil {
		return "unknown (" + err.Error() + ")"
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}
