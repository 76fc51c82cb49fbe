package probes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lsofLimit bounds one run of lsof, which can hang on a dead network mount.
const lsofLimit = 10 * time.Second

// holders names every process that has the file open: macOS shows nobody which
// of them has the lock. With a path lsof asks the kernel for that file's openers
// only; without one it lists all descriptors, and the file is found by its inode.
func holders(info os.FileInfo, path string, first []int) ([]Holder, error) {
	if len(first) > 0 {
		pids := strings.Join(decimal(first), ",")
		found, err := opened(info, path, "-a", "-p", pids)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return opened(info, path)
}

func opened(info os.FileInfo, path string, more ...string) ([]Holder, error) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil, fmt.Errorf("stat %s: no inode number", info.Name())
	}
	match := func(openFile) bool { return true }
	args := append([]string{"-w", "-n", "-P", "-F", "pfDi"}, more...)
	if path != "" {
		args = append(args, "--", path)
	} else {
		match = func(f openFile) bool {
			return f.inode == stat.Ino && uint32(f.device) == uint32(stat.Dev)
		}
	}
	output, err := lsof(args)
	if err != nil {
		return nil, err
	}
	var found []Holder
	for _, pid := range openers(parseLsof(output), match) {
		if holder, ok := describe(pid); ok {
			found = append(found, holder)
		}
	}
	return found, nil
}

// lsof runs the system's own before one that is only in PATH. It exits 1 without
// a word when it has found nothing.
func lsof(args []string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), lsofLimit)
	defer cancel()
	program := "/usr/sbin/lsof"
	if _, err := os.Stat(program); err != nil {
		program = "lsof"
	}
	output, err := exec.CommandContext(ctx, program, args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 && len(exit.Stderr) == 0 {
		err = nil
	}
	if err != nil {
		return "", fmt.Errorf("lsof: %w", err)
	}
	return string(output), nil
}

// listed has nothing to add: macOS keeps no public table of locks.
func listed(string, os.FileInfo) (LockState, error) { return LockFree, nil }

func decimal(pids []int) []string {
	words := make([]string, len(pids))
	for i, pid := range pids {
		words[i] = strconv.Itoa(pid)
	}
	return words
}
