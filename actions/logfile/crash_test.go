package logfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
)

const outOfThreads = `runtime: failed to create new OS thread (have 7 already; errno=11)
runtime: may need to increase max user processes (ulimit -u)
fatal error: newosproc`

// The last lines of a Go program that crashed are a trace: why it crashed stands at
// its beginning, however long it is.
func TestTailOfCrash(t *testing.T) {
	trace := "\n" + strings.Repeat("goroutine 7 [select]:\nmain.f()\n\t/src/main.go:12 +0x1d\n", 10_000)
	registers := "rip    0x47ba61\nrflags 0x246\n"
	for _, c := range []struct{ name, log, want string }{
		{"fatal", "time=1 msg=works\n" + outOfThreads + "\n" + trace, outOfThreads},
		{"after a signal", outOfThreads + "\n" + trace + registers, outOfThreads},
		{"panic", "panic: oh\n\ngoroutine 1 [running]:\nmain.f()\n\t/src/main.go:12 +0x1d\nexit", "exit"},
		{"the last of two", "panic: one\n" + trace + "panic: two\n" + trace, "panic: two"},
		{"orderly since", "panic: one\n" + trace + "record not saved\n", "record not saved"},
		{"no crash", "time=1 msg=works\n\tby the way:7\n", "by the way:7"},
	} {
		path := filepath.Join(t.TempDir(), "log")
		stage.Check(t, os.WriteFile(path, []byte(c.log), 0o600))
		got := Tail(path, 0)
		if lines := strings.Split(got, "\n"); !strings.Contains(got, c.want) || len(lines) > tailLines {
			t.Errorf("%s: %d lines, without %q:\n%s", c.name, len(lines), c.want, got)
		}
		if c.name == "the last of two" && strings.Contains(got, "panic: one") {
			t.Errorf("%s:\n%s", c.name, got)
		}
	}
}
