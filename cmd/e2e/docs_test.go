package e2e_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stigmer/local/cmd"
	"github.com/stigmer/local/cmd/internal/cli"
)

// TestDocsCommands: what any page, or the help, says to type exists: commands,
// flags, make's targets, tests.
func TestDocsCommands(t *testing.T) {
	seen := 0
	for _, p := range pages(t) {
		for _, s := range append(p.commands(), p.mentions()...) {
			if problem := faultInCommand(s.text); problem != "" {
				t.Errorf("%s:%d: %s: %s", p.path, s.line+1, s.text, problem)
			}
			seen++
		}
	}
	root := cmd.Root()
	for _, c := range append(visible(root), root) {
		if c.Example == "" && !strings.HasPrefix(c.CommandPath(), "stigmer completion ") { // cobra's own have them in their texts
			t.Errorf("the help of %s has no example", c.CommandPath())
		}
		for _, line := range strings.Split(c.Example, "\n") {
			if problem := faultInCommand(line); problem != "" {
				t.Errorf("the help of %s: %s: %s", c.CommandPath(), line, problem)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d command lines were found", seen)
	}
}

// TestDocsBite: what does not exist is found.
func TestDocsBite(t *testing.T) {
	for _, text := range []string{
		"stigmer local dance", "stigmer local start --prot 1", "stigmer local state -x", "stigmer local stop [--explain]",
		"stigmer local start [--port 7234]", "stigmer local start [--timeout 61s]", "stigmer local stop [--timeout 5s] [--quiet]",
		"stigmer local start|dance", `eval "$(stigmer local dance)"`, "STIGMER_HOME=x stigmer local start --prot 1", "make dance", "make test dance",
		"go test ./cmd/... -run TestDance", "go test ./dance -run TestScripts", "FAKE 'TestScripts/dance$'", "REAL 'TestLock|TestDance'",
		"FAKE 'TestScripts/(lock|dance)$'", "REAL 'TestRealScripts/interrupted'", "go test ./dance",
	} {
		if faultInCommand(text) == "" {
			t.Errorf("%s goes through", text)
		}
	}
	for _, text := range []string{
		"stigmer local start [--port 7233] [--db FILE | --ephemeral]", "stigmer local start|stop|state -h", "stigmer local stop --quiet",
		"make sim SEED=7", "STIGMER_TEST_TEMPORAL=/x make test", "REAL 'TestLock|TestStorm'", "stigmer completion bash",
	} {
		if problem := faultInCommand(text); problem != "" {
			t.Errorf("%s: %s", text, problem)
		}
	}
}

// TestReadme: it is no longer than a newcomer reads, begins with the two commands,
// shows a session, and names every command, and the Temporal that is tested with.
func TestReadme(t *testing.T) {
	readme := pages(t)[0]
	if len(readme.lines) > 180 {
		t.Errorf("README has %d lines", len(readme.lines))
	}
	var first, shown []string
	for _, s := range readme.commands() {
		if s.shown {
			shown = append(shown, s.text)
		} else {
			first = append(first, s.text)
		}
	}
	if !slices.Equal(first[:2], []string{"make start", "make test"}) {
		t.Errorf("README begins with %q", first[:2])
	}
	session := []string{"stigmer local start", "kill -9 $(head -1 ~/.stigmer/temporal.pid)", "stigmer local state --explain", "stigmer local stop"}
	if !slices.Equal(shown, session) {
		t.Errorf("README shows the session %q, not %q", shown, session)
	}
	text := strings.Join(readme.lines, "\n")
	for _, m := range regexp.MustCompile(`version (\d[\d.]*\d)`).FindAllStringSubmatch(text, -1) {
		if "v"+m[1] != cli.TemporalVersion {
			t.Errorf("README shows Temporal %s, not %s", m[1], cli.TemporalVersion)
		}
	}
	for _, c := range visible(cmd.Root()) {
		completion := strings.HasPrefix(c.CommandPath(), "stigmer completion") // one line for all shells
		if !c.HasSubCommands() && !completion && !strings.Contains(text, c.CommandPath()) {
			t.Errorf("README does not name %s", c.CommandPath())
		}
	}
}

// TestDocsSessions types the sessions of each page in a new user's home, and holds
// what is printed against what the page shows.
func TestDocsSessions(t *testing.T) {
	t.Parallel()
	temporals := map[string]string{"real": os.Getenv(realTemporalVariable), "fake": filepath.Join(programFolder(), "temporal")}
	for _, p := range pages(t) {
		if !slices.ContainsFunc(p.commands(), func(s said) bool { return s.shown }) {
			continue
		}
		for kind, temporal := range temporals {
			t.Run(kind+"/"+filepath.Base(p.path), func(t *testing.T) {
				t.Parallel()
				if temporal == "" {
					t.Skip(realTemporalVariable + " names no Temporal; make test does")
				}
				if kind == "fake" && len(p.files()) > 0 {
					t.Skip("the fake Temporal runs no workflow")
				}
				newReader(t, temporal).follow(p)
			})
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)

// TestDocsLinks: each link of a page leads to a file, and the page of contents names
// every page.
func TestDocsLinks(t *testing.T) {
	contents := ""
	for _, p := range pages(t) {
		text := strings.Join(p.lines, "\n")
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(p.path), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", p.path, m[1], err)
			}
		}
		if p.path == "../../docs/README.md" {
			contents = text
		}
	}
	for _, p := range pages(t) {
		if name := filepath.Base(p.path); !strings.Contains(contents, name) {
			t.Errorf("docs/README.md does not name %s", name)
		}
	}
}
