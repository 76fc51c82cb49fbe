package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// display is what a program has written to a terminal up to now.
type display struct {
	t    *testing.T
	user *os.File
	mu   sync.Mutex
	text bytes.Buffer
	gone chan struct{}
}

// newDisplay opens a terminal of a size, and returns what a program there sees.
func newDisplay(t *testing.T, rows, columns uint16) (d *display, program *os.File) {
	t.Helper()
	user, program := terminal(t)
	d = &display{t: t, user: user, gone: make(chan struct{})}
	go func() { // ends when the terminal is closed on either side
		defer close(d.gone)
		chunk := make([]byte, 4096)
		for {
			n, err := user.Read(chunk)
			d.mu.Lock()
			d.text.Write(chunk[:n])
			d.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	d.resize(rows, columns)
	return d, program
}

func (d *display) all() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.String()
}

// frame is what the latest whole page shows.
func (d *display) frame() string {
	frames := strings.Split(d.all(), "\x1b[H")
	for i := len(frames) - 1; i > 0; i-- {
		if shown, _, whole := strings.Cut(frames[i], "\x1b[J"); whole {
			return shown
		}
	}
	return ""
}

// shows waits for a page that matches.
func (d *display) shows(pattern string) {
	d.t.Helper()
	wanted := regexp.MustCompile(pattern)
	if !poll(time.Minute, func() bool { return wanted.MatchString(d.frame()) }) {
		d.t.Fatalf("no page shows %q; the last one is\n%q", pattern, d.frame())
	}
}

// says waits until a text is written.
func (d *display) says(text string) {
	d.t.Helper()
	if !poll(awaitDefault, func() bool { return strings.Contains(d.all(), text) }) {
		d.t.Fatalf("no %q in\n%q", text, d.all())
	}
}

func (d *display) types(keys string) {
	_, err := d.user.WriteString(keys)
	check(d.t, err)
}

func (d *display) resize(rows, columns uint16) {
	d.t.Helper()
	check(d.t, unix.IoctlSetWinsize(int(d.user.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: columns}))
}

// cooked reports whether the terminal echoes, and edits lines, as a shell's does.
func (d *display) cooked() bool {
	d.t.Helper()
	state, err := unix.IoctlGetTermios(int(d.user.Fd()), unix.TCGETS)
	check(d.t, err)
	return state.Lflag&unix.ICANON != 0 && state.Lflag&unix.ECHO != 0
}

// TestWatchOnTerminal: the view is redrawn in place, fits, follows what happens,
// and gives the terminal back as it was.
func TestWatchOnTerminal(t *testing.T) {
	t.Parallel()
	p := fakePlace(t)
	d, program := newDisplay(t, 50, 120)
	p.env = append(p.env, "TERM=xterm", "NO_COLOR=")
	// The shell keeps the terminal open, to be looked at afterwards.
	shell := p.inTerminal(program, `"$0" local state --watch; echo "ended: $?"; read x`)
	d.shows(`Stopped: it was never started here`)
	if d.cooked() {
		t.Error("a key would need Enter")
	}
	p.local("start")
	d.shows(`(?s)\x1b\[32mHealthy.*  ok  health +SERVING.*How it came here:.*probe_passed.*Latest log lines:.*supervisor \| .*to=Healthy`)
	d.shows(`Restarts   0 since the last start`)
	p.kill9(p.pid("temporal"))
	d.shows(`Restarts   1 since the last start`)
	d.resize(20, 50)
	d.shows(`Evidence: \d+ of \d+ ok`)
	d.fits(20, 50)
	p.stop()
	d.shows(`\x1b\[31mStopped`)
	d.types("x") // nothing
	d.types("q")
	d.ends("ended: 0", "Stopped")
	d.leave(shell)
}

// pid is what a program has written first.
func (d *display) pid() (pid int) {
	d.t.Helper()
	_, err := fmt.Sscanf(d.all(), "pid: %d", &pid)
	check(d.t, err)
	return pid
}

// leave lets the shell read its line and end, and with it the terminal.
func (d *display) leave(shell *exec.Cmd) {
	d.types("\n")
	check(d.t, shell.Wait())
	<-d.gone
}

// fits checks the latest page.
func (d *display) fits(rows, columns int) {
	d.t.Helper()
	lines := strings.Split(d.frame(), "\r\n")
	if len(lines) > rows {
		d.t.Errorf("%d lines in %d rows", len(lines), rows)
	}
	for _, line := range lines {
		if plain := regexp.MustCompile(`\x1b\[[0-9;?]*[a-zA-Z]`).ReplaceAllString(line, ""); len([]rune(plain)) > columns {
			d.t.Errorf("%d columns: %q", columns, plain)
		}
	}
}

// ends waits for the end of the view, after which the terminal is as it was and
// says what is to stay.
func (d *display) ends(status, stays string) {
	d.t.Helper()
	after := ""
	if !poll(time.Minute, func() bool { _, after, _ = strings.Cut(d.all(), "\x1b[?1049l"); return strings.Contains(after, status) }) {
		d.t.Fatalf("not %q after\n%q", status, d.all())
	}
	if !strings.Contains(after, stays) || strings.Contains(after, "\x1b[?1049h") {
		d.t.Errorf("what stays is\n%q", after)
	}
	if n := strings.Count(d.all(), "\x1b[?1049h"); n != 1 || !strings.Contains(d.all(), "\x1b[?25h") || !d.cooked() {
		d.t.Errorf("the terminal is not as it was (taken over %d times, cooked: %t)", n, d.cooked())
	}
}

// TestWatchEnds: Ctrl-C, SIGTERM and SIGHUP end the view as well and give the terminal
// back; NO_COLOR is honoured. It says what can be typed, where input is a terminal.
func TestWatchEnds(t *testing.T) {
	t.Parallel()
	terminate := func(_ *display, pid int) { syscall.Kill(pid, syscall.SIGTERM) }
	for name, c := range map[string]struct {
		stdin, says string
		end         func(*display, int)
	}{
		"interrupt":   {"", "q ends", func(d *display, _ int) { d.types("\x03") }},
		"terminate":   {"", "q ends", terminate},
		"hang up":     {"", "q ends", func(_ *display, pid int) { syscall.Kill(pid, syscall.SIGHUP) }},
		"no keyboard": {"</dev/null", "Ctrl-C ends", terminate},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := fakePlace(t)
			d, program := newDisplay(t, 24, 200)
			p.env = append(p.env, "TERM=xterm", "NO_COLOR=1")
			shell := p.inTerminal(program, `sh -c 'echo "pid: $$"; exec "$0" local state --watch '"`+c.stdin+`" "$0"; echo "ended: $?"; read x`)
			d.shows(`(?s)\(` + c.says + `\).*Stopped: it was never started here`)
			c.end(d, d.pid())
			d.ends("ended: 130", "Stopped")
			if strings.Contains(d.all(), "\x1b[3") {
				t.Errorf("there are colours:\n%q", d.all())
			}
			d.leave(shell)
		})
	}
}
