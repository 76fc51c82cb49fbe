package service

import (
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
	"howett.net/plist"

	"github.com/stigmer/local/cmd/internal/cli"
)

var update = flag.Bool("update", false, "write the goldens")

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
	s.Flags = []string{"--db=" + awkward, "--namespace=;", "--namespace=-", `--dynamic-config-value=a={"b": ["c,d", "%h $HOME \\n"]}`, "--dynamic-config-value=e=[1,\n2]", "--search-attribute="}
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
		if *update {
			check(t, os.WriteFile(path, []byte(text), 0o644))
		}
		have, err := os.ReadFile(path)
		if err != nil || string(have) != text {
			t.Errorf("%s is not what is written now (%v); see Update goldens in CONTRIBUTING.md\n%s", path, err, text)
		}
	}
}

// What systemd reads is what was meant, whatever is in it.
func TestSystemdWords(t *testing.T) {
	dollar := plainService()
	dollar.Program = "/a $HOME ${X} 100%/stigmer"
	for _, s := range []service{plainService(), awkwardService(), dollar} {
		words := systemdRead(t, s.systemd(), "ExecStart", true)
		if words[0] == "/bin/sh" && words[2] == `exec "$0" "$@"` {
			words = words[3:]
		}
		if !slices.Equal(words, s.command()) {
			t.Errorf("ExecStart is %q, not %q", words, s.command())
		}
		if words := systemdRead(t, s.systemd(), "Environment", false); !slices.Equal(words, []string{"STIGMER_HOME=" + s.Home}) {
			t.Errorf("Environment is %q", words)
		}
	}
}

// systemdRead reads the words of a unit's key as systemd does: quotes, C escapes and %%, and
// in a command line $$ in all words but the first.
func systemdRead(t *testing.T, unit, key string, command bool) []string {
	t.Helper()
	_, text, _ := strings.Cut(unit, "\n"+key+"=")
	text, _, _ = strings.Cut(text, "\n")
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
		word = halved(t, word, "%")
		if command && len(words) > 0 {
			word = halved(t, word, "$")
		}
		words, text = append(words, word), rest
	}
	return words
}

// halved reads doubled signs; a single one would be replaced by something else.
func halved(t *testing.T, text, sign string) string {
	t.Helper()
	if strings.Contains(strings.ReplaceAll(text, sign+sign, ""), sign) {
		t.Errorf("%q has a %s that means something", text, sign)
	}
	return strings.ReplaceAll(text, sign+sign, sign)
}

func TestLaunchdStrings(t *testing.T) {
	for _, s := range []service{plainService(), awkwardService()} {
		var job struct {
			Label                string
			ProgramArguments     []string
			EnvironmentVariables map[string]string
			StandardErrorPath    string
		}
		if _, err := plist.Unmarshal([]byte(s.launchd()), &job); err != nil {
			t.Fatal(err)
		}
		if job.Label != launchdName || !slices.Equal(job.ProgramArguments, s.command()) || job.EnvironmentVariables["STIGMER_HOME"] != s.Home || job.StandardErrorPath != s.Log {
			t.Errorf("%+v is read as %q", s, job)
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

// What a former version wrote is ours, and is kept beside what replaces it, as it may have
// been changed by hand as well.
func TestFormerServiceIsReplaced(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "service", "former.plist"))
	check(t, err)
	home := t.TempDir()
	t.Setenv("HOME", home)
	defer func(here bool) { LaunchdHere = here }(LaunchdHere)
	LaunchdHere = true
	path := launchdManager(home, 501).path
	check(t, cli.PutOwn(path, text))
	group := &cobra.Command{Use: "service"}
	c := &cobra.Command{Use: "install"}
	group.AddCommand(c)
	(&cobra.Command{Use: "local"}).AddCommand(group)
	f, err := readService(c)
	if err != nil || f.foreign() != nil || !f.altered {
		t.Fatalf("it is read as foreign or as ours: %+v, %v", f, err)
	}
	check(t, f.put(io.Discard, "new"))
	beside, _ := filepath.Glob(path + ".bak-*")
	if len(beside) != 1 {
		t.Fatalf("beside it: %q", beside)
	}
	if kept, err := os.ReadFile(beside[0]); err != nil || string(kept) != string(text) {
		t.Errorf("%v, and it is kept as\n%s", err, kept)
	}
}

// TestSystemAcceptsTheFile asks systemd or macOS itself, where it is there: about a file, and
// about one that is wrong.
func TestSystemAcceptsTheFile(t *testing.T) {
	dir := t.TempDir()
	awkward := awkwardService()
	awkward.Program = filepath.Join(dir, "a b%h $HOME ${X} é;q\"u'o\\te", "stigmer")
	check(t, errors.Join(os.Mkdir(filepath.Dir(awkward.Program), 0o700), os.WriteFile(awkward.Program, []byte("#!/bin/sh\n"), 0o700)))
	for _, c := range []struct{ check, file, text, right, wrong string }{
		{"systemd-analyze --user --man=no verify", SystemdUnit, awkward.systemd(), "[Service]\n", "[Service]\nTyppe=notify\n"},
		{"plutil -s -lint", "agent.plist", awkward.launchd(), "</array>", ""},
	} {
		words := append(strings.Fields(c.check), filepath.Join(dir, c.file))
		if _, err := exec.LookPath(words[0]); err != nil {
			t.Log(words[0] + " is not here")
			continue
		}
		says := func(text string) string {
			check(t, os.WriteFile(filepath.Join(dir, c.file), []byte(text), 0o600))
			command := exec.Command(words[0], words[1:]...)
			command.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+dir)
			out, err := command.CombinedOutput()
			if err != nil && len(out) == 0 {
				return err.Error()
			}
			return string(out)
		}
		if out := says(c.text); out != "" {
			t.Errorf("%s:\n%s", c.check, out)
		}
		if out := says(strings.Replace(c.text, c.right, c.wrong, 1)); out == "" {
			t.Errorf("%s finds nothing wrong", c.check)
		}
	}
}

// check ends the test unless err is nil.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
