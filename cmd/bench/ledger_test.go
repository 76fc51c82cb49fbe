package main

import (
	"os/exec"
	"testing"
)

// TestLedgerEndsWhatItNoted and no other process that has the same PID.
func TestLedgerEndsWhatItNoted(t *testing.T) {
	sleeper := exec.Command("sleep", "30") // ends by itself if nothing ends it
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sleeper.Process.Kill() })
	var l ledger
	p := l.note(sleeper.Process.Pid)
	l.known[0].StartTicks++ // the PID was given to another process
	if ended := l.end(); len(ended) != 0 {
		t.Errorf("another process was ended: %q", ended)
	}
	l.known = append(l.known, p)
	if ended := l.end(); len(ended) != 1 {
		t.Errorf("ended: %q", ended)
	}
	if err := sleeper.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Errorf("the sleeper: %v", err)
	}
	if err := killProven(p); err == nil {
		t.Error("a dead process was killed")
	}
}
