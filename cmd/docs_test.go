package cmd_test

import (
	"fmt"
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

// reader is a new user who types what a page says.
type reader struct {
	*realHome
	user, port, uiPort string
	// real says that Temporal is.
	real bool
	// exports are the lines that the reader's shell keeps in mind.
	exports string
}

// newReader makes a user with a clone in which make start was called, but for the
// start itself: there are build/stigmer and ~/.stigmer/bin/temporal, and nothing else.
func newReader(t *testing.T, temporal string, real bool) *reader {
	t.Helper()
	bin, err := buildStigmer()
	check(t, err)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	check(t, err)
	r := &reader{realHome: &realHome{script: &script{dir: dir}, t: t, bin: bin}, user: filepath.Join(dir, "user"), real: real}
	r.port, err = freePort()
	check(t, err)
	r.uiPort, err = freePort()
	check(t, err)
	r.place("build/stigmer", bin)
	version := filepath.Join("versions", cmd.TemporalVersion, "temporal") // as an installation does
	r.place(filepath.Join(".stigmer/bin", version), temporal)
	check(t, os.Symlink(version, filepath.Join(r.user, ".stigmer/bin/temporal")))
	check(t, os.Symlink(filepath.Join(r.user, ".stigmer"), filepath.Join(dir, "home"))) // where realHome looks
	r.tools(temporal)
	r.setEnv()
	t.Cleanup(r.end)
	return r
}

// place gives the user a program, under its own name: a link will not do.
func (r *reader) place(name, program string) {
	r.t.Helper()
	path := filepath.Join(r.user, name)
	check(r.t, os.MkdirAll(filepath.Dir(path), 0o700))
	if os.Link(program, path) != nil { // another file system
		text, err := os.ReadFile(program)
		check(r.t, err)
		check(r.t, os.WriteFile(path, text, 0o700))
	}
}

// setEnv gives the user an environment without the programs of scripts. Waiting is
// patient, so that a busy machine is not taken for a sick Temporal.
func (r *reader) setEnv() {
	r.t.Helper()
	registered, err := exec.LookPath("stigmer")
	check(r.t, err)
	path := slices.DeleteFunc(filepath.SplitList(os.Getenv("PATH")), func(dir string) bool { return dir == filepath.Dir(registered) })
	r.env = slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "STIGMER_") || strings.HasPrefix(entry, "TEMPORAL_")
	})
	r.env = append(r.env, "GORACE=atexit_sleep_ms=0", "HOME="+r.user, "XDG_CONFIG_HOME="+filepath.Join(r.user, ".config"),
		"SHELL=/bin/sh", "PATH="+r.inUser("bin")+":"+strings.Join(path, ":"), "STIGMER_PORT="+r.port, "STIGMER_UI_PORT="+r.uiPort,
		"STIGMER_TIMEOUT=5m", "STIGMER_START_DEADLINE=5m", "STIGMER_PROBE_TIMEOUT=30s",
		"WORK="+r.dir, "UNIT="+r.inUser(".config/systemd/user/stigmer-local.service")) // the last two are for systemctl
}

// follow types a page's lines, and stops what they leave running.
func (r *reader) follow(p *page) {
	r.t.Helper()
	var wrongAt []int
	commands := p.commands()
	if filepath.Base(p.path) != "README.md" { // who reads on has Temporal running
		r.local("start")
		r.exports = `export PATH="$PWD/build:$PATH"; `
	}
	printed := map[int][]string{}
	for i, s := range commands {
		if !s.runs() {
			continue
		}
		printed[i] = r.types(s)
		if s.shown && !alike(s.prints, printed[i]) {
			wrongAt = append(wrongAt, i)
		}
	}
	for _, s := range p.mentions() {
		if strings.HasPrefix(s.text, "eval ") {
			r.types(s)
		}
	}
	r.local("stop")
	past := r.past()
	for i, lines := range printed {
		for _, line := range strangers(commands[i].prints, append(past, lines...)) {
			r.t.Errorf("%s:%d: %s never says %q", p.path, commands[i].line+1, commands[i].text, line)
		}
	}
	if len(wrongAt) == 0 {
		return
	}
	if *update {
		check(r.t, p.rewrite(commands, printed))
		return
	}
	for _, i := range wrongAt {
		r.t.Errorf("%s:%d: %s prints something else; CONTRIBUTING.md says how to rewrite the page:\n%s", p.path, commands[i].line+1, commands[i].text,
			strings.Join(printed[i], "\n"))
	}
}

// past is every state that was entered, as a command that waits would tell it.
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

// shell is what the reader types into, and whether it is bash: not everybody has that.
func shell() (path string, bash bool) {
	if path, err := exec.LookPath("bash"); err == nil {
		return path, true
	}
	return "/bin/sh", false
}

// shell is a line in the reader's shell.
func (r *reader) shell(text string) *exec.Cmd {
	path, _ := shell()
	c := exec.Command(path, "-c", r.exports+text)
	c.Env, c.Dir = r.env, r.user
	return c
}

// typesAlone runs one line and returns what it prints. After a kill it waits as a
// person would: until Temporal is back.
func (r *reader) typesAlone(s said) []string {
	r.t.Helper()
	before := lookup(decode(r.record()), ".temporal.pid")
	out, err := r.shell(s.text).CombinedOutput()
	if err != nil {
		r.t.Fatalf("%s:%d: %s: %v\n%s", s.page.path, s.line+1, s.text, err, out)
	}
	if strings.HasPrefix(s.text, "export ") {
		r.exports += s.text + "; "
	}
	if strings.HasPrefix(s.text, "kill ") {
		r.await("Healthy", ".temporal.pid!="+before)
	}
	text := strings.NewReplacer(r.user, "/home/ann", ":"+r.port, ":7233", ":"+r.uiPort, ":8233", r.port, "7233", r.uiPort, "8233").Replace(string(out))
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// rewrite puts what was printed into the page, long lists cut short.
func (p *page) rewrite(commands []said, printed map[int][]string) error {
	var lines []string
	done := 0
	for i, s := range commands {
		if !s.shown {
			continue
		}
		lines = append(lines, p.lines[done:s.line+1]...)
		for _, line := range shortened(printed[i]) {
			if line != "" || len(printed[i]) > 1 {
				lines = append(lines, line)
			}
		}
		done = s.end
	}
	lines = append(lines, p.lines[done:]...)
	return os.WriteFile(p.path, []byte(fmt.Sprintln(strings.Join(lines, "\n"))), 0o644)
}
