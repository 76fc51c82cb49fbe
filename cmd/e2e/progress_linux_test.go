package e2e_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stigmer/local/cmd/internal/cli"
)

// clearedLine is the sequence by which a terminal begins a line anew.
const clearedLine = "\r\x1b[K"

// leftOn is what a terminal shows in the end of a text: what was overwritten or
// cleared is gone. It knows no more of a terminal than lines that are drawn anew.
func leftOn(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if at := strings.LastIndex(line, clearedLine); at >= 0 {
			line = line[at+len(clearedLine):]
		}
		lines = append(lines, line)
	}
	return lines
}

// TestStartOnTerminal: the terminal holds what README shows, a line for each state
// and none for the time that was drawn meanwhile. NO_COLOR takes nothing of it: it
// has no colours.
func TestStartOnTerminal(t *testing.T) {
	t.Parallel()
	for _, noColor := range []string{"", "1"} {
		t.Run("NO_COLOR="+noColor, func(t *testing.T) {
			t.Parallel()
			p := fakePlace(t)
			d, program := newDisplay(t, 40, 60)
			p.env = append(p.env, "TERM=xterm", "NO_COLOR="+noColor)
			shell := p.inTerminal(program, `"$0" local start; echo "ended: $?"; read x`)
			d.says("ended: ")
			d.leave(shell)
			text := d.all()
			held := strings.Join(leftOn(text), "\n")
			state := `(?m)^%s +\d+\.\ds  .*`
			for _, want := range []string{
				strings.Replace(state, "%s", "Locking", 1), strings.Replace(state, "%s", "Starting", 1) + "…$", strings.Replace(state, "%s", "Healthy", 1),
				`(?m)^Started in \d+\.\ds\.$`, `(?m)^  Next +stigmer local open, `, `(?m)^ended: 0$`,
			} {
				if !regexp.MustCompile(want).MatchString(held) {
					t.Errorf("no %s in what the terminal holds:\n%s", want, held)
				}
			}
			if !strings.Contains(text, clearedLine) {
				t.Errorf("nothing is overwritten:\n%q", text)
			}
			if regexp.MustCompile(`\x1b\[[0-9;]*m`).MatchString(text) {
				t.Errorf("there are colours:\n%q", text)
			}
			for _, line := range leftOn(text) {
				if regexp.MustCompile(`^[A-Z][a-z]+ +\d+\.\ds  `).MatchString(line) && len([]rune(line)) > 60 {
					t.Errorf("%q is wider than the terminal", line)
				}
			}
			p.stop()
		})
	}
}

// TestInstallOnTerminal: while a download goes on, a bar with sizes and a rate is
// drawn in one line; when it is done, nothing of that is left.
func TestInstallOnTerminal(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	temporal, err := exec.LookPath("temporal")
	check(t, err)
	content, err := os.ReadFile(temporal)
	check(t, err)
	m := newMirror(func(err error) { check(t, err) }, content, filepath.Join(p.dir, "asked"))
	suffice := sync.OnceFunc(func() { close(m.enough) })
	server := httptest.NewServer(m)
	defer server.Close()
	defer suffice()
	d, program := newDisplay(t, 40, 120)
	p.env = append(p.env, "TERM=xterm", "NO_COLOR=1", "STIGMER_TEMPORAL_BIN=")
	shell := p.inTerminal(program, `"$0" local install --mirror `+server.URL+`/drips; echo "ended: $?"; read x`)
	bar := regexp.MustCompile(`\r +\d+% \[#*-*\] \([\d.]+( KiB)?/[\d.]+ MiB, [\d.]+ [KM]iB/s\)`)
	if !poll(awaitDefault, func() bool { return bar.MatchString(d.all()) }) {
		t.Fatalf("no bar is drawn:\n%q", d.all())
	}
	suffice()
	d.says("ended: ")
	d.leave(shell)
	held := strings.Join(leftOn(d.all()), "\n")
	for _, want := range []string{`(?m)^Fetched    \d+\.\d MiB$`, `(?m)^Installed Temporal CLI ` + cli.TemporalVersion + `\.$`, `(?m)^ended: 0$`} {
		if !regexp.MustCompile(want).MatchString(held) {
			t.Errorf("no %s in what the terminal holds:\n%s", want, held)
		}
	}
	if strings.Contains(held, "[#") || strings.Contains(held, "[-") {
		t.Errorf("the bar stays:\n%s", held)
	}
}
