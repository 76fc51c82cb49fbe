package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stigmer/local/cmd/internal/cli"
)

// reader is a new user: it types what a page shows.
type reader struct {
	*place
	user string
}

// newReader makes a user with a clone in which make start was called, but for the
// start itself: there are build/stigmer and ~/.stigmer/bin/temporal, and nothing else.
func newReader(t *testing.T, temporal string) *reader {
	t.Helper()
	p := newPlace(t, temporal)
	r := &reader{p, filepath.Join(p.dir, "user")}
	r.gets("build/stigmer", r.bin)
	version := filepath.Join("versions", cli.TemporalVersion, "temporal") // as an installation does
	r.gets(filepath.Join(".stigmer/bin", version), temporal)
	check(t, os.Symlink(version, filepath.Join(r.user, ".stigmer/bin/temporal")))
	check(t, os.Symlink(filepath.Join(r.user, ".stigmer"), r.home))
	r.setEnv()
	return r
}

// gets gives the user a program, under its own name: a link will not do.
func (r *reader) gets(name, program string) {
	r.t.Helper()
	path := filepath.Join(r.user, name)
	check(r.t, os.MkdirAll(filepath.Dir(path), 0o700))
	if os.Link(program, path) != nil { // another file system
		install(r.t, program, path)
	}
}

// setEnv gives the user an environment without the programs of scripts. Waiting is
// patient, so that a busy machine is not taken for a sick Temporal.
func (r *reader) setEnv() {
	r.t.Helper()
	path := slices.DeleteFunc(filepath.SplitList(os.Getenv("PATH")), func(dir string) bool { return dir == programFolder() })
	r.env = slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "STIGMER_") || strings.HasPrefix(entry, "TEMPORAL_")
	})
	r.env = append(r.env, "GORACE=atexit_sleep_ms=0", "HOME="+r.user, "SHELL=/bin/sh",
		"PATH="+filepath.Join(r.user, "build")+":"+strings.Join(path, ":"), "STIGMER_PORT="+r.port, "STIGMER_UI_PORT="+r.uiPort,
		"STIGMER_TIMEOUT=5m", "STIGMER_START_DEADLINE=5m", "STIGMER_PROBE_TIMEOUT=30s")
}

// follow types the sessions of a page, in its order, and stops what they leave running.
func (r *reader) follow(p *docsPage) {
	r.t.Helper()
	if filepath.Base(p.path) != "README.md" { // the reader of another page has started Temporal
		r.local("start")
	}
	r.hasProject(p)
	printed := map[*said][]string{}
	for _, s := range p.commands() {
		if s.shown {
			r.saves(p, s.line)
			printed[&s] = r.types(s)
		}
	}
	r.stop()
	past := r.past()
	for s, lines := range printed {
		for _, line := range notPrinted(s.prints, append(lines, past...)) {
			r.t.Errorf("%s:%d: %s does not print %q; it prints\n%s", p.path, s.line+1, s.text, line, strings.Join(lines, "\n"))
		}
	}
}

// past is every state that was entered, as the progress of a waiting command shows it.
func (r *reader) past() []string {
	record, _ := decode(r.record()).(map[string]any)
	var entered []string
	history, _ := record["history"].([]any)
	for _, entry := range history {
		step, _ := entry.(map[string]any)
		entered = append(entered, fmt.Sprintf("%-10s 0.0s  %s", step["to"], step["cause"]))
	}
	return entered
}

// types runs one line and returns what it prints. After a kill of Temporal it waits
// as a person would: until Temporal is back.
func (r *reader) types(s said) []string {
	r.t.Helper()
	before := lookup(decode(r.record()), ".temporal.pid")
	c := exec.Command("/bin/sh", "-c", s.text)
	c.Env, c.Dir = r.env, r.user
	out, err := c.CombinedOutput()
	if err != nil {
		r.t.Fatalf("%s:%d: %s: %v\n%s", s.docsPage.path, s.line+1, s.text, err, out)
	}
	if strings.HasPrefix(s.text, "kill ") && strings.Contains(s.text, "temporal.pid") {
		r.await("Healthy", ".temporal.pid!="+before)
	}
	text := strings.NewReplacer(r.user, "/home/ann", ":"+r.port, ":7233", ":"+r.uiPort, ":8233", r.port, "7233", r.uiPort, "8233").Replace(string(out))
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}
