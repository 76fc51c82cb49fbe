package logfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"golang.org/x/sys/unix"
)

func TestTail(t *testing.T) {
	long := strings.Repeat("é", lineRunes+1)
	cut := func(r string) string {
		return strings.Repeat(r, lineRunes/2-1) + "…" + strings.Repeat(r, lineRunes/2)
	}
	many := strings.Repeat("line\n", tailLines+3)
	for _, c := range []struct {
		name, text string
		from       int64
		want       string
	}{
		{"empty", "", 0, ""},
		{"one line", "one\n", 0, "one"},
		{"without its end", "one\ntwo", 0, "one\ntwo"},
		{"empty lines at the end", "one\n\n\n", 0, "one"},
		{"empty lines within", "one\n\ntwo\n", 0, "one\n\ntwo"},
		{"from an offset", "old\nnew\n", 4, "new"},
		{"nothing since", "old\n", 4, ""},
		{"truncated meanwhile", "new\n", 400, "new"},
		{"too many lines", "first\n" + many, 0, strings.TrimSuffix(strings.Repeat("line\n", tailLines), "\n")},
		{"control characters", "a\x1b[31mred\x1b[0m\x07\x00\x7f\r\n", 0, "a[31mred[0m"},
		{"control characters beyond ASCII", "a\u009b31mb\u0085\u202ec\u2066d", 0, "a31mbcd"},
		{"tabs stay", "a\tb", 0, "a\tb"},
		{"invalid UTF-8", "a\xff\xfeb\xc3", 0, "ab"},
		{"a long line", long, 0, cut("é")},
		{"the cause at its end", "first " + long + " cause", 0, "first " + strings.Repeat("é", lineRunes/2-7) + "…" + strings.Repeat("é", lineRunes/2-6) + " cause"},
		{"a line that just fits", long[2:], 0, long[2:]},
		{"more than is read", strings.Repeat("x", 3*tailBytes) + "\nlast", 0, cut("x") + "\nlast"},
		{"cut within a character", strings.Repeat("é", tailBytes) + "\n" + "!", 0, cut("é") + "\n!"},
	} {
		path := filepath.Join(t.TempDir(), "log")
		stage.Check(t, os.WriteFile(path, []byte(c.text), 0o600))
		stage.Is(t, c.name, Tail(path, c.from), c.want)
	}
	stage.Is(t, "no log", Tail(filepath.Join(t.TempDir(), "log"), 0), "")
	stage.Is(t, "a folder", Tail(t.TempDir(), 0), "")
}

func TestOpenLog(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	log, err := Open(path)
	stage.Check(t, err)
	defer log.Close()
	info, err := log.Stat()
	stage.Check(t, err)
	stage.Is(t, "mode", info.Mode(), 0o600)
	stage.Is(t, "close-on-exec", stage.ClosesOnExec(int(log.Fd())), true)
	write := func(text string) {
		_, err := log.WriteString(text)
		stage.Check(t, err)
	}
	write("one\n")
	second, err := Open(path)
	stage.Check(t, err)
	defer second.Close()
	write("two\n")
	stage.Check(t, os.Truncate(path, 0))
	write("three\n") // at the new end: no hole
	text, err := os.ReadFile(path)
	stage.Check(t, err)
	stage.Is(t, "log", string(text), "three\n")

	stage.Check(t, os.Symlink(filepath.Join(dir, "elsewhere"), filepath.Join(dir, "link")))
	stage.Check(t, unix.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
	for _, name := range []string{"link", "fifo", ".", "no/folder"} {
		if log, err := Open(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s was opened", name)
			log.Close()
		}
	}
	stage.Is(t, "a symlink was followed", stage.FileExists(filepath.Join(dir, "elsewhere")), false)
	stage.Is(t, "size of nothing", Size(filepath.Join(dir, "none")), 0)
}

// A pipe in a log's place, which no process writes to, is not waited for.
func TestTailOfAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	stage.Check(t, unix.Mkfifo(path, 0o600))
	stage.Is(t, "last lines", stage.Within(t, "reading a pipe", stage.Later(func() string { return Tail(path, 0) })), "")
}
