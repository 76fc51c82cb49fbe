package cmd_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stigmer/local/cmd"
)

// TestDocsCommands: what any page, or the help, says to type exists: commands,
// flags, make's targets, tests. What is neither run nor listed with a reason is
// not said.
func TestDocsCommands(t *testing.T) {
	seen, unused := 0, maps.Clone(onlyChecked)
	for _, p := range pages(t) {
		for _, s := range append(p.commands(), p.mentions()...) {
			if problem := wrong(s.text); problem != "" {
				t.Errorf("%s:%d: %s: %s", p.path, s.line+1, s.text, problem)
			}
			seen++
		}
		for _, s := range p.commands() {
			if test := runElsewhere[s.text]; test != "" {
				if problem := wrong("go test ./cmd -run " + test); problem != "" {
					t.Error(problem)
				}
				continue
			}
			if s.runs() || s.synopsis() {
				continue
			}
			begin := listed(s.text)
			if begin == "" {
				t.Errorf("%s:%d: %s: is neither run by a test nor listed in onlyChecked", p.path, s.line+1, s.text)
			}
			delete(unused, begin)
		}
	}
	root := cmd.Root()
	for _, c := range append(visible(root), root) {
		if c.Example == "" && !strings.HasPrefix(c.CommandPath(), "stigmer completion ") { // cobra's own have them in their texts
			t.Errorf("the help of %s has no example", c.CommandPath())
		}
		for _, line := range strings.Split(c.Example, "\n") {
			if problem := wrong(line); problem != "" {
				t.Errorf("the help of %s: %s: %s", c.CommandPath(), line, problem)
			}
		}
	}
	for begin := range unused {
		t.Errorf("onlyChecked lists %q, with which no command line begins", begin)
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
		"go test ./cmd -run TestDance", "go test ./dance -run TestScripts", "go test ./cmd -dance", "FAKE 'TestScripts/dance$'", "REAL 'TestLock|TestDance'",
		"FAKE 'TestScripts/(lock|dance)$'", "REAL 'TestRealScripts/interrupted'", "go test ./dance",
	} {
		if wrong(text) == "" {
			t.Errorf("%s goes through", text)
		}
	}
	for _, text := range []string{
		"stigmer local start [--port 7233] [--db FILE | --ephemeral]", "stigmer local start|stop|state -h", "stigmer local stop --quiet",
		"make sim SEED=7", "STIGMER_TEST_TEMPORAL=/x make test", "REAL 'TestLock|TestStorm'", "stigmer completion bash",
	} {
		if problem := wrong(text); problem != "" {
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
		if "v"+m[1] != cmd.TemporalVersion {
			t.Errorf("README shows Temporal %s, not %s", m[1], cmd.TemporalVersion)
		}
	}
	told, tree := map[string]bool{}, map[string]bool{}
	for _, s := range readme.commands() {
		for _, path := range s.paths() {
			told[path] = true
		}
	}
	for _, c := range visible(cmd.Root()) {
		tree[c.CommandPath()] = true
		if !c.HasSubCommands() && !told[c.CommandPath()] {
			t.Errorf("README does not name %s", c.CommandPath())
		}
	}
	for path := range told {
		if !tree[path] {
			t.Errorf("README names %s, which does not exist", path)
		}
	}
}

var (
	commandPath = regexp.MustCompile(`^stigmer( [a-z|]+)+`)
	alternative = regexp.MustCompile(` \| ([a-z]+)( \[.*\])?$`)
)

// paths are the commands that a synopsis names: each where there is a choice.
func (s said) paths() []string {
	path := commandPath.FindString(s.text)
	if path == "" || s.shown {
		return nil
	}
	last := strings.LastIndex(path, " ")
	names := strings.Split(path[last+1:], "|")
	if m := alternative.FindStringSubmatch(s.text); m != nil {
		names = append(names, m[1])
	}
	var all []string
	for _, name := range names {
		all = append(all, path[:last+1]+name)
	}
	return all
}

// choice matches what only a synopsis has: a bracket, or words to choose from.
var choice = regexp.MustCompile(`\[|\w\|\w`)

// synopsis reports whether a line shows what may be typed, not what to type.
func (s said) synopsis() bool {
	return !s.shown && strings.HasPrefix(s.text, "stigmer ") && choice.MatchString(s.text)
}

// runs reports whether a test types this line.
func (s said) runs() bool {
	if listed(s.text) != "" || runElsewhere[s.text] != "" {
		return false
	}
	return s.shown || !s.synopsis() && slices.ContainsFunc([]string{"stigmer ", "eval ", "export ", "systemctl ", "temporal ", "./worker"},
		func(begin string) bool { return strings.HasPrefix(bare(s.text), begin) })
}

// TestDocsSessions types what each page says, in its order, in a new user's home,
// and holds what is printed against what the page says, but for what differs from
// run to run. With -update a page that is not so is rewritten, as it is on the real
// Temporal.
func TestDocsSessions(t *testing.T) {
	t.Parallel()
	temporals := map[string]string{"real": os.Getenv(realTemporalVariable)}
	fake, err := exec.LookPath("temporal")
	check(t, err)
	temporals["fake"] = fake
	for _, p := range pages(t) {
		if !slices.ContainsFunc(p.commands(), said.runs) {
			continue
		}
		for kind, temporal := range temporals {
			t.Run(kind+"/"+filepath.Base(p.path), func(t *testing.T) {
				if !*update { // what is written is written by one at a time
					t.Parallel()
				}
				if temporal == "" {
					t.Skip(realTemporalVariable + " names no Temporal; make test does")
				}
				if *update && kind == "fake" {
					t.Skip("pages show the real Temporal")
				}
				newReader(t, temporal, kind == "real").follow(p)
			})
		}
	}
}
