package e2e_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// script is what the harness keeps for one script.
type script struct {
	dir       string
	listeners map[string]net.Listener
	// mayCrash: Go's runtime is to end programs here, and that is no fault.
	mayCrash bool
}

type scriptKey struct{}

func scriptOf(ts *testscript.TestScript) *script { return ts.Value(scriptKey{}).(*script) }

// end kills what the script left. A script that passed so far and left something has failed.
func (s *script) end(t testscript.T) {
	for _, l := range s.listeners {
		l.Close()
	}
	failed := t.(interface{ Failed() bool }).Failed()
	if failed {
		t.Log(s.logs())
	}
	var left []string
	if !failed {
		left = s.stragglers(awaitDefault)
	}
	s.killAll()
	if len(left) > 0 {
		t.Fatal(fmt.Sprintf("the script left processes behind:\n%s\n%s", strings.Join(left, "\n"), s.logs()))
	}
	if complaint := s.crashReport(); complaint != "" && !failed {
		t.Fatal(complaint)
	}
}

// stragglers describes the processes that still run after a moment in which a
// supervisor that has already let go of everything may end.
func (s *script) stragglers(patience time.Duration) []string {
	if poll(patience, func() bool { return len(s.processes()) == 0 }) {
		return nil
	}
	var list []string
	for _, pid := range s.processes() {
		list = append(list, fmt.Sprintf("  pid %d: %s", pid, commandLine(pid)))
	}
	return list
}

// killAll kills by PID until nothing is left: a supervisor may have spawned
// anew in between.
func (s *script) killAll() {
	poll(awaitDefault, func() bool {
		list := s.processes()
		for _, pid := range list {
			s.kill(pid)
		}
		return len(list) == 0
	})
}

// kill takes hold of the process first (by a pidfd on Linux) and then looks
// again whose it is, so that a reused PID is left alone.
func (s *script) kill(pid int) {
	process, err := os.FindProcess(pid)
	if err != nil {
		return
	}
	defer process.Release()
	if s.owns(pid) {
		process.Signal(syscall.SIGKILL)
	}
}

// logs is what helps to understand a failure.
func (s *script) logs() string { return s.logsOf("*") }

func (s *script) logsOf(who string) string {
	var text strings.Builder
	files, _ := filepath.Glob(filepath.Join(s.dir, "*", "logs", who+".log"))
	for _, file := range files {
		content, _ := os.ReadFile(file)
		fmt.Fprintf(&text, "--- %s\n%s", file, content[max(0, len(content)-8000):])
	}
	return text.String()
}

// faults are what no program of ours may print.
func (s *script) faults() []string {
	if s.mayCrash {
		return []string{"DATA RACE", "panic:"}
	}
	return []string{"DATA RACE", "panic:", "fatal error:"}
}

// crashReport finds what only the supervisor's log would show. A panic in Temporal's
// log is Temporal's own, as the matching service of 1.29.1 has one now and then while
// it starts: to get over that is what a supervisor is for.
func (s *script) crashReport() string {
	for _, sign := range s.faults() {
		if strings.Contains(s.logsOf("supervisor"), sign) {
			return fmt.Sprintf("the supervisor's log has %q:\n%s", sign, s.logs())
		}
	}
	return ""
}
