package service

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// An update of the goldens is asked for by the flag that package cmd_test declares.
func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

func plainService() service {
	return service{
		Verb:          []string{"local", "start", "--foreground"},
		installParams: installParams{Program: "/usr/local/bin/stigmer", Home: "/home/ann/.stigmer", Flags: []string{"--namespace=orders", "--port=7333"}},
		Log:           "/home/ann/Library/Logs/stigmer-local.log",
	}
}

// awkward is all that either syntax gives a meaning to.
const awkward = "/a b/%h %%/$HOME $$ ${X}/\"q\" 'r'/\\back\\ &<>;#é\n\tx --> ]]>\\"

func awkwardService() service {
	s := plainService()
	s.Program, s.Home, s.Log = awkward+"/stigmer", awkward+"/home", awkward+"/log"
	s.Flags = []string{"--db=" + awkward, "--namespace=;", "--namespace=-"}
	return s
}

func TestGoldenServices(t *testing.T) {
	for file, text := range map[string]string{
		"stigmer-local.service":         plainService().systemd(),
		"stigmer-local-awkward.service": awkwardService().systemd(),
		"com.stigmer.local.plist":       plainService().launchd(),
		"awkward.plist":                 awkwardService().launchd(),
	} {
		path := filepath.Join("testdata", "service", file)
		if updating() {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(path)
		if err != nil || string(have) != text {
			t.Errorf("%s is not what is written now (%v); go test ./cmd -run TestGoldenServices -update\n%s", path, err, text)
		}
	}
}

// What systemd reads is what was meant, whatever is in it.
func TestSystemdWords(t *testing.T) {
	for _, s := range []service{plainService(), awkwardService()} {
		words := systemdRead(t, line(t, s.systemd(), "ExecStart="), true)
		if words[0] == "/bin/sh" {
			if words[2] != `exec "$0" "$@"` {
				t.Errorf("the shell is told %q", words[2])
			}
			words = words[3:]
		}
		if want := append([]string{s.Program}, s.args()...); !slices.Equal(words, want) {
			t.Errorf("ExecStart is %q, not %q", words, want)
		}
		if words := systemdRead(t, line(t, s.systemd(), "Environment="), false); !slices.Equal(words, []string{"STIGMER_HOME=" + s.Home}) {
			t.Errorf("Environment is %q", words)
		}
	}
	dollar := service{installParams: installParams{Program: "/a $HOME ${X} 100%/stigmer"}}
	if words := systemdRead(t, dollar.execStart(), true); words[0] != dollar.Program {
		t.Errorf("the program is %q", words[0])
	}
}

// line is the one line of a text that begins so.
func line(t *testing.T, text, beginning string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "\n"+beginning)
	if !found || strings.Contains(rest, "\n"+beginning) {
		t.Fatalf("%s is not there once:\n%s", beginning, text)
	}
	rest, _, _ = strings.Cut(rest, "\n")
	return rest
}

// systemdRead reads words as systemd does: quotes, C escapes and %%, and in a
// command line $$ in all words but the first.
func systemdRead(t *testing.T, text string, command bool) []string {
	t.Helper()
	var words []string
	for text != "" {
		word, rest, _ := strings.Cut(text, " ")
		if strings.HasPrefix(text, `"`) {
			quoted, err := strconv.QuotedPrefix(text)
			if err != nil {
				t.Fatalf("not quoted: %s", text)
			}
			rest = strings.TrimPrefix(text[len(quoted):], " ")
			if word, err = strconv.Unquote(quoted); err != nil {
				t.Fatal(err)
			}
		}
		words, text = append(words, expand(t, word, "%")), rest
		if command && len(words) > 1 {
			words[len(words)-1] = expand(t, words[len(words)-1], "$")
		}
	}
	return words
}

// expand reads doubled signs; a single one would be replaced by something else.
func expand(t *testing.T, text, sign string) string {
	t.Helper()
	if strings.Contains(strings.ReplaceAll(text, sign+sign, ""), sign) {
		t.Errorf("%q has a %s that means something", text, sign)
	}
	return strings.ReplaceAll(text, sign+sign, sign)
}

func TestLaunchdStrings(t *testing.T) {
	for _, s := range []service{plainService(), awkwardService()} {
		want := []string{launchdName, s.Program}
		want = append(append(want, s.args()...), s.Home, "Interactive", s.Log)
		if have := plistStrings(t, s.launchd()); !slices.Equal(have, want) {
			t.Errorf("strings %q, not %q", have, want)
		}
	}
}

func plistStrings(t *testing.T, text string) []string {
	t.Helper()
	var list []string
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "string" {
			var word string
			if err := d.DecodeElement(&word, &start); err != nil {
				t.Fatal(err)
			}
			list = append(list, word)
		}
	}
}

// A file says itself what it was installed with.
func TestHeaderComesBack(t *testing.T) {
	for _, s := range []service{plainService(), awkwardService(), {}} {
		for _, text := range []string{s.systemd(), s.launchd()} {
			if a, _, ours := readHeader(text); !ours || a.Program != s.Program || a.Home != s.Home || !slices.Equal(a.Flags, s.Flags) {
				t.Errorf("ours %t: %q of\n%s", ours, a, text)
			}
		}
	}
	for _, text := range []string{"", "[Service]\n", "# " + marker, "# " + marker + "\n[Service]\n", "# " + marker + "\n# Asked for: {\n",
		"[Unit]\n\n\n\n# " + marker + "\n# Asked for: {}\n"} {
		if _, _, ours := readHeader(text); ours {
			t.Errorf("this is taken for ours: %q", text)
		}
	}
}

// What a former version wrote is ours: an install replaces it, and keeps it, as it may
// have been changed by hand as well.
func TestFormerServiceIsReplaced(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "service", "former.plist"))
	if err != nil {
		t.Fatal(err)
	}
	m := launchdManager(t.TempDir(), 501)
	if err := errors.Join(os.MkdirAll(filepath.Dir(m.path), 0o700), os.WriteFile(m.path, text, 0o600)); err != nil {
		t.Fatal(err)
	}
	c := &cobra.Command{Use: "install"}
	group, local, root := &cobra.Command{Use: "service"}, &cobra.Command{Use: "local"}, &cobra.Command{Use: "stigmer"}
	root.AddCommand(local)
	local.AddCommand(group)
	group.AddCommand(c)
	f, err := readService(c, m)
	if err != nil || f.foreign(m) != nil || !f.altered {
		t.Fatalf("it is read as foreign or as ours: %+v, %v", f, err)
	}
	if err := plainService().write(io.Discard, m, f); err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile(m.path)
	if err != nil || string(have) != plainService().launchd() {
		t.Errorf("%v, and the file is\n%s", err, have)
	}
	beside, _ := filepath.Glob(m.path + ".bak-*")
	if len(beside) != 1 {
		t.Fatalf("beside it: %q", beside)
	}
	if kept, err := os.ReadFile(beside[0]); err != nil || string(kept) != string(text) {
		t.Errorf("%v, and it is kept as\n%s", err, kept)
	}
}

// systemd's states are read from its own words, as version 252 says them, which are kept.
func TestSystemdStatus(t *testing.T) {
	for fixture, want := range map[string]managerStatus{
		"running":      {active: true, runs: true},
		"activating":   {active: true, runs: true},
		"auto_restart": {active: true},
		"deactivating": {active: true},
		"inactive":     {},
		"failed":       {},
	} {
		said, err := os.ReadFile(filepath.Join("testdata", "systemd", fixture))
		if err != nil {
			t.Fatal(err)
		}
		have := readSystemd(string(said))
		if have.active != want.active || have.runs != want.runs || len(have.lines) != strings.Count(string(said), "\n") {
			t.Errorf("%s is read as %+v", fixture, have)
		}
	}
}

// TestSystemdAcceptsTheUnit asks systemd itself, where it is there.
func TestSystemdAcceptsTheUnit(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not here")
	}
	for _, name := range []string{"plain", "a b%h $HOME ${X} é;", "q\"u'o\\te"} {
		s := awkwardService()
		dir := filepath.Join(t.TempDir(), name)
		s.Program = filepath.Join(dir, "stigmer")
		if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(s.Program, []byte("#!/bin/sh\n"), 0o700)); err != nil {
			t.Fatal(err)
		}
		unit := filepath.Join(t.TempDir(), SystemdUnit)
		if out := verify(t, analyze, unit, s.systemd()); out != "" {
			t.Errorf("%s:\n%s", name, out)
		}
		if out := verify(t, analyze, unit, strings.Replace(s.systemd(), "[Service]\n", "[Service]\nTyppe=notify\n", 1)); out == "" {
			t.Error("systemd-analyze finds nothing wrong with a misspelt key")
		}
	}
}

// TestPlutilAcceptsTheAgent asks macOS itself, where it is there.
func TestPlutilAcceptsTheAgent(t *testing.T) {
	plutil, err := exec.LookPath("plutil")
	if err != nil {
		t.Skip("plutil is not here")
	}
	path := filepath.Join(t.TempDir(), "agent.plist")
	lint := func(text string) ([]byte, error) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return exec.Command(plutil, "-lint", path).CombinedOutput()
	}
	for _, s := range []service{plainService(), awkwardService()} {
		if out, err := lint(s.launchd()); err != nil {
			t.Errorf("%v: %s\n%s", err, out, s.launchd())
		}
		if out, err := lint(strings.Replace(s.launchd(), "</array>", "", 1)); err == nil {
			t.Errorf("plutil finds nothing wrong with an open array: %s", out)
		}
	}
}

// verify returns what systemd has to say against a unit.
func verify(t *testing.T, analyze, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(analyze, "--user", "--man=no", "verify", path)
	c.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir())
	out, err := c.CombinedOutput()
	if err != nil && len(out) == 0 {
		return err.Error()
	}
	return string(out)
}
