package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// settles is how long an opener may take to fail. One that still runs then is a
// browser that stays until it is closed.
const settles = 3 * time.Second

// textBrowsers need the terminal, and are waited for.
var textBrowsers = []string{"lynx", "w3m", "links", "links2", "elinks", "browsh", "carbonyl"}

// Browse opens a URL with the first opener that does it. The error says what was
// tried.
func Browse(url string) error {
	var failed []string
	for _, line := range openers() {
		args := openerArgs(line, url)
		if len(args) == 0 {
			continue
		}
		err := openWith(args)
		if err == nil {
			return nil
		}
		if !errors.Is(err, exec.ErrNotFound) || os.Getenv("BROWSER") != "" {
			failed = append(failed, fmt.Sprintf("%s: %v", args[0], BareExec(err)))
		}
	}
	if len(failed) == 0 {
		return fmt.Errorf("no program that opens a browser was found: $BROWSER is not set, and none of %s is in PATH", strings.Join(platformOpeners(), ", "))
	}
	return fmt.Errorf("no browser could be opened (%s)", strings.Join(failed, "; "))
}

// openers are the command lines to try, in order. $BROWSER is a list separated
// by colons, each with an optional %s for the URL (the convention of man, git and
// xdg-open); it is the user's word, so nothing else is tried where it is set.
func openers() []string {
	if browsers := os.Getenv("BROWSER"); browsers != "" {
		return strings.Split(browsers, ":")
	}
	return platformOpeners()
}

func platformOpeners() []string {
	if runtime.GOOS == "darwin" {
		return []string{"open"}
	}
	return []string{"xdg-open", "wslview", "x-www-browser", "www-browser"}
}

// openerArgs splits a command line at blanks; no shell sees it, or the URL.
func openerArgs(line, url string) []string {
	args := strings.Fields(line)
	if len(args) == 0 {
		return nil
	}
	named := false
	for i, arg := range args[1:] {
		if strings.Contains(arg, "%s") {
			args[i+1], named = strings.ReplaceAll(arg, "%s", url), true
		}
	}
	if !named {
		args = append(args, url)
	}
	return args
}

// openWith runs one opener in a session of its own, so that a browser outlives
// this command and its terminal, and keeps none of this command's pipes open.
func openWith(args []string) error {
	cmd := exec.Command(args[0], args[1:]...)
	if slices.Contains(textBrowsers, filepath.Base(args[0])) {
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		return cmd.Run()
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1) // the goroutine ends with the opener, or with this process
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		return err
	case <-time.After(settles):
		return nil
	}
}
