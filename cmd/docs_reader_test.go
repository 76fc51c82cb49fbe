package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stigmer/local/cmd"
)

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

// typesAlone runs one line and returns what it prints. After a kill of Temporal it waits
// as a person would: until Temporal is back.
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
	if strings.HasPrefix(s.text, "kill ") && strings.Contains(s.text, "temporal.pid") {
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
