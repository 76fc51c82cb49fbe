package human

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/stigmer/local/fsm"
)

// evil are values that mean something to a shell that reads them unquoted.
var evil = []string{"plain", "it's", `a"b`, "$(touch x)", "`x`", `back\slash\`, "a;b&c|d", "new\nline", "‘quoted’", "", "!history", "*"}

// Each shell that is there reads back exactly what was quoted for it.
func TestShellsReadBackWhatWasQuoted(t *testing.T) {
	t.Setenv("HOME", t.TempDir()) // where fish makes folders of its own
	for program, echo := range map[string]string{
		"sh": `printf %s "$V"`, "bash": `printf %s "$V"`, "zsh": `printf %s "$V"`, "dash": `printf %s "$V"`,
		"fish": `printf %s "$V"`, "pwsh": `[Console]::Out.Write($Env:V)`,
	} {
		path, err := exec.LookPath(program)
		if err != nil {
			continue
		}
		sh, known := FindShell(path)
		if !known {
			t.Errorf("%s is not known", path)
		}
		for _, value := range evil {
			var lines bytes.Buffer
			sh.Print(&lines, []Variable{{"V", value}})
			got, err := exec.Command(path, "-c", lines.String()+echo).Output()
			if err != nil || string(got) != value {
				t.Errorf("%s: %q came back as %q, %v, from %s", program, value, got, err, lines.String())
			}
			sh.PrintUnset(&lines, []Variable{{Name: "V"}})
			if got, err := exec.Command(path, "-c", lines.String()+echo).Output(); program != "pwsh" && (err != nil || len(got) > 0) {
				t.Errorf("%s: after unset it is %q, %v", program, got, err)
			}
		}
	}
}

func TestQuotes(t *testing.T) {
	for _, c := range []struct {
		quote      func(string) string
		text, want string
	}{
		{quotePOSIX, `it's`, `'it'\''s'`},
		{ShellWord, `/home/a_b-c.d`, `/home/a_b-c.d`},
		{ShellWord, `/home/my db`, `'/home/my db'`},
		{ShellWord, ``, `''`},
		{quoteFish, `it's \n`, `'it\'s \\n'`},
		{quotePowerShell, `it's ’$x’`, `'it''s ’’$x’’'`},
	} {
		if got := c.quote(c.text); got != c.want {
			t.Errorf("%q became %s, not %s", c.text, got, c.want)
		}
	}
}

func TestShellIsFoundByItsProgram(t *testing.T) {
	for program, want := range map[string]string{
		"/bin/zsh": "export", "-bash": "export", "/usr/local/bin/fish": "set -gx", "/opt/pwsh": "$Env:", "": "export", "/bin/tcsh": "export",
	} {
		if sh, _ := FindShell(program); !strings.HasPrefix(sh.set, want) {
			t.Errorf("%q gets %q", program, sh.set)
		}
	}
}

func TestDialable(t *testing.T) {
	for ip, want := range map[string]string{
		"127.0.0.1": "127.0.0.1:1", "0.0.0.0": "127.0.0.1:1", "::": "[::1]:1", "::1": "[::1]:1", "10.0.0.7": "10.0.0.7:1",
	} {
		if got := Dialable(ip, 1); got != want {
			t.Errorf("%s is dialled as %s, not %s", ip, got, want)
		}
	}
}

// The web UI is at its own address, below its own path.
func TestUIURL(t *testing.T) {
	for want, s := range map[string]fsm.Settings{
		"http://127.0.0.1:1":   {IP: "127.0.0.1", UIPort: 1},
		"http://[::1]:1":       {IP: "::", UIPort: 1},
		"http://127.0.0.2:1/x": {IP: "0.0.0.0", UIPort: 1, ServerFlags: fsm.ServerFlags{UIIP: "127.0.0.2", UIPublicPath: "/x"}},
	} {
		if got := UIURL(s); got != want {
			t.Errorf("%+v: %s, not %s", s, got, want)
		}
	}
}
