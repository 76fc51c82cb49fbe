package cmd_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
)

// besides are the lines of pages to which a reader does more than to type them, by
// how they begin.
var besides = []struct {
	begin string
	// before, beside and after are typed before the line, while it runs, and then.
	before, beside, after string
	// endless says that the line is ended by Ctrl-C, once it has printed something.
	endless bool
}{
	// The real Temporal has nothing to say for long.
	{begin: "stigmer local logs -f", beside: "echo something >>~/.stigmer/logs/temporal.log", endless: true},
	{begin: "stigmer local state --watch", endless: true},
	{begin: "stigmer local state --wait-for Stopped", beside: "stigmer local stop", after: "stigmer local start"},
	// There is one supervisor: the service, or one in the background.
	{begin: "stigmer local service install --now", before: "stigmer local stop"},
	{begin: "systemctl --user kill", before: "stigmer local service install --now && stigmer local state --wait-for Healthy", after: "stigmer local state --wait-for Healthy && stigmer local service uninstall --now"},
}

// tools gives the reader what pages take for granted: a systemd of their own, which is
// that of the script service, a project with tests, and on the real Temporal its CLI.
func (r *reader) tools(temporal string) {
	r.t.Helper()
	script, err := os.ReadFile(filepath.Join(scriptFolder, "service.txtar"))
	check(r.t, err)
	_, systemctl, found := strings.Cut(string(script), "-- fake/systemctl --\n#!/bin/sh\n")
	systemctl, _, ended := strings.Cut(systemctl, "\n-- ")
	if !found || !ended {
		r.t.Fatal("the script service has no systemctl")
	}
	r.tool("systemctl", systemctl)
	r.tool("worker", `echo "works with the profile $TEMPORAL_PROFILE"`)
	check(r.t, os.Rename(r.inUser("bin/worker"), r.inUser("worker")))
	check(r.t, os.WriteFile(r.inUser("Makefile"), []byte("integration-test:\n\t@echo tested\n"), 0o600))
	if jq, err := exec.LookPath("jq"); err == nil { // it keeps lines back, but on a terminal
		r.tool("jq", fmt.Sprintf("exec %q --unbuffered \"$@\"", jq))
	}
	if r.real {
		r.place("bin/temporal", temporal)
	}
}

func (r *reader) inUser(name string) string { return filepath.Join(r.user, name) }

func (r *reader) tool(name, text string) {
	r.t.Helper()
	check(r.t, os.MkdirAll(r.inUser("bin"), 0o700))
	check(r.t, os.WriteFile(r.inUser("bin/"+name), []byte("#!/bin/sh\n"+text+"\n"), 0o700))
}

// lacks says what a line needs that is not here; empty if nothing is missing.
func (r *reader) lacks(line string) string {
	switch word, _, _ := strings.Cut(bare(line), " "); {
	case runtime.GOOS != "linux" && (word == "systemctl" || strings.HasPrefix(line, "stigmer local service ")):
		return "systemd"
	case word == "temporal" && !r.real:
		return "client in the fake Temporal"
	}
	wanted := []string{}
	if _, bash := shell(); !bash && strings.HasPrefix(line, "eval ") && strings.Contains(line, " bash)") {
		wanted = append(wanted, "bash")
	}
	for _, m := range regexp.MustCompile(`(?:\||&&) ([a-z]+)`).FindAllStringSubmatch(line, -1) {
		wanted = append(wanted, m[1])
	}
	for _, program := range wanted {
		if _, err := exec.LookPath(program); err != nil {
			return program
		}
	}
	return ""
}

// types runs one line in a shell, with what belongs to it, and returns what it
// prints, as it is for everybody.
func (r *reader) types(s said) []string {
	r.t.Helper()
	if missing := r.lacks(s.text); missing != "" {
		r.t.Logf("%s:%d: %s: is not tried, as there is no %s", s.page.path, s.line+1, s.text, missing)
		return nil
	}
	for _, b := range besides {
		if !strings.HasPrefix(s.text, b.begin) {
			continue
		}
		r.begins(s, b.before)()
		begins := r.begins
		if b.endless {
			begins = r.interrupts
		}
		ends := begins(s, s.text)
		r.begins(s, b.beside)()
		ends()
		r.begins(s, b.after)()
		return nil
	}
	return r.typesAlone(s)
}

// begins starts what belongs to a line; the function that it returns waits for its end.
func (r *reader) begins(s said, text string) func() {
	r.t.Helper()
	var told bytes.Buffer
	c := r.shell(text)
	c.Stdout, c.Stderr = &told, &told
	check(r.t, c.Start())
	return func() {
		r.t.Helper()
		if err := c.Wait(); err != nil {
			r.t.Fatalf("%s:%d: %s: %v\n%s", s.page.path, s.line+1, text, err, told.Bytes())
		}
	}
}

// interrupts starts a line that has no end; the function that it returns waits until
// it has printed something, and presses Ctrl-C, which a terminal sends to all of a line.
func (r *reader) interrupts(s said, text string) func() {
	r.t.Helper()
	c := r.shell(text)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := c.StdoutPipe()
	check(r.t, err)
	check(r.t, c.Start())
	lines, read := bufio.NewReader(out), make(chan string, 1)
	go func() {
		line, _ := lines.ReadString('\n')
		read <- line
	}()
	return func() {
		r.t.Helper()
		poll(awaitDefault, func() bool { return len(read) > 0 })
		printed := len(read) > 0
		// The group has its leader's number until Wait has reaped that.
		check(r.t, syscall.Kill(-c.Process.Pid, syscall.SIGINT))
		line := <-read
		_, _ = io.Copy(io.Discard, lines)
		status, _ := errors.AsType[*exec.ExitError](c.Wait())
		if !printed || line == "" || status == nil {
			r.t.Fatalf("%s:%d: %s: prints %q and ends with %v after Ctrl-C", s.page.path, s.line+1, text, line, status)
		}
	}
}
