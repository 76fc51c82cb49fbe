package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// machineFacts say on what the figures were taken, and how busy it was with others.
func machineFacts(ctx context.Context, b *bench) []string {
	model, memory, busy := hardware()
	return []string{
		"Date: " + time.Now().UTC().Format("2006-01-02 15:04 MST"),
		fmt.Sprintf("Machine: %d cores, %s, %.1f GB of memory", runtime.NumCPU(), model, float64(memory)/1e9),
		"System: " + kernel(),
		"Go: " + runtime.Version(),
		"Temporal: " + firstLine(ctx, b.temporal, "--version"),
		"stigmer: " + firstLine(ctx, b.stigmer, "local", "version"),
		fmt.Sprintf("Rounds: %d; load before the first: %s", b.rounds, busy),
	}
}

func kernel() string {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return runtime.GOOS + "/" + runtime.GOARCH
	}
	text := func(field []byte) string { return string(bytes.TrimRight(field, "\x00")) }
	return text(name.Sysname[:]) + " " + text(name.Release[:]) + " " + runtime.GOARCH
}

// firstLine is the first line that a program prints.
func firstLine(ctx context.Context, program string, args ...string) string {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, args...).Output()
	if err != nil {
		return "unknown (" + err.Error() + ")"
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}
