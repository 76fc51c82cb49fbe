package main

import (
	"os/exec"
	"testing"
	"time"
)

// sleeper starts a process that ends by itself when nobody ends it.
func sleeper(t *testing.T) (*exec.Cmd, chan error) {
	t.Helper()
	cmd := exec.Command("sleep", "30")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd, ended
}

func TestLedgerEndsWhatItNoted(t *testing.T) {
	cmd, ended := sleeper(t)
	var l ledger
	if _, err := l.note(cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	if list := l.end(); len(list) != 1 {
		t.Errorf("ended: %q", list)
	}
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Error("it lives on")
	}
}

func TestLedgerLeavesAStranger(t *testing.T) {
	cmd, ended := sleeper(t)
	var l ledger
	p, err := l.note(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	l.known[0].StartTicks++ // the PID was given to another process
	if list := l.end(); len(list) != 0 {
		t.Errorf("a stranger was ended: %q", list)
	}
	select {
	case <-ended:
		t.Error("the stranger is dead")
	case <-time.After(50 * time.Millisecond):
	}
	if err := killProven(p); err != nil {
		t.Error(err)
	}
	<-ended
	if err := killProven(p); err == nil {
		t.Error("a dead process was killed")
	}
}
