package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// startChildren starts the descendants that the behaviour asks for, and
// returns once each of them has its signals and its session in order.
func (f *fake) startChildren() error {
	switch {
	case f.has("escape"), f.has("escape-exit"):
		return f.startChild(true)
	case f.has("grandchild"):
		return f.startChild(false)
	}
	return nil
}

func (f *fake) startChild(escape bool) error {
	ready := os.Getenv("FAKE_CHILD_PID")
	if ready == "" {
		return errors.New("fake: FAKE_CHILD_PID is not set")
	}
	if err := os.Remove(ready); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.Command(self)
	child.Args = []string{"straggler", ready} // Args[0] selects the command
	if escape {
		child.Args = append(child.Args, "ignore-term")
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	}
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	if err := child.Start(); err != nil {
		return err
	}
	go child.Wait() // no zombie while the fake lives
	f.await(ready)
	return nil
}

// straggler is the command "straggler READY [ignore-term]": it writes its PID
// to READY and does nothing until it is killed.
func straggler() int {
	if len(os.Args) == 3 && os.Args[2] == "ignore-term" {
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	}
	if err := writePID(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "straggler:", err)
		return 1
	}
	<-time.After(fakeLifetime)
	return 0
}

// writePID makes the file appear with its content already in it.
func writePID(path string) error {
	draft := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := os.WriteFile(draft, fmt.Appendln(nil, os.Getpid()), 0o600); err != nil {
		return err
	}
	return os.Rename(draft, path)
}
