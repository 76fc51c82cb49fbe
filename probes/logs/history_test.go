package logs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newLog makes a log from the contents of its files, the newest first.
func newLog(t *testing.T, files ...string) Log {
	t.Helper()
	l := Log{Name: "x", Path: filepath.Join(t.TempDir(), "x.log"), Older: 3}
	for n, text := range files {
		check(t, os.WriteFile(l.name(n), []byte(text), 0o600))
	}
	return l
}

func texts(entries []Entry) []string {
	lines := []string{}
	for _, e := range entries {
		lines = append(lines, e.Lines...)
	}
	return lines
}

func reads(t *testing.T, l Log, q Query, want ...string) {
	t.Helper()
	entries, err := l.Read(q)
	check(t, err)
	if have := texts(entries); !slices.Equal(have, want) {
		t.Errorf("%+v:\n have %q\n want %q", q, have, want)
	}
}

func TestReadReachesBack(t *testing.T) {
	l := newLog(t, "g\nh", "e\n\nf\n", "", "c\nd\n")
	reads(t, l, Query{Count: 0})
	reads(t, l, Query{Count: 1}, "h")
	reads(t, l, Query{Count: 3}, "f", "g", "h")
	reads(t, l, Query{Count: 5}, "e", "", "f", "g", "h")
	reads(t, l, Query{Count: 6}, "d", "e", "", "f", "g", "h")
	all := []string{"c", "d", "e", "", "f", "g", "h"}
	reads(t, l, Query{Count: 100}, all...)
	reads(t, l, Query{Count: -1}, all...)
	reads(t, newLog(t, ""), Query{Count: 5})
	reads(t, newLog(t, "\n"), Query{Count: 5})
	reads(t, newLog(t, "\n\na\n"), Query{Count: 5}, "", "", "a")
}

// Lines around the size of a block, and far beyond it, are whole.
func TestReadLongLines(t *testing.T) {
	var want []string
	for n := blockBytes - 3; n <= blockBytes+3; n++ {
		want = append(want, strings.Repeat("x", n))
	}
	want = append(want, strings.Repeat("y", 9*blockBytes), "z")
	reads(t, newLog(t, strings.Join(want, "\n")+"\n"), Query{Count: -1}, want...)
}

const timed = "time=2026-11-25T21:00:00.000 level=WARN msg=a\n" +
	"time=2026-11-25T21:10:00.000 level=ERROR msg=b\n" +
	"  its trace\n" +
	"time=2026-11-25T21:20:00.000 level=INFO msg=c\n"

func TestReadByTimeAndLevel(t *testing.T) {
	older := "banner\ntime=2026-11-25T20:00:00.000 level=ERROR msg=o\n"
	l := newLog(t, timed, older)
	at := func(minute int) time.Time { return time.Date(2026, 11, 25, 21, minute, 0, 0, time.UTC) }
	lines := strings.Split(strings.TrimSpace(timed), "\n")
	reads(t, l, Query{Count: -1, Since: at(10)}, lines[1:]...)
	reads(t, l, Query{Count: -1, Since: at(0)}, lines...)
	reads(t, l, Query{Count: -1, Since: at(21)})
	reads(t, l, Query{Count: 2, Since: at(0)}, lines[2:]...)
	reads(t, l, Query{Count: 3, Level: Error}, "time=2026-11-25T20:00:00.000 level=ERROR msg=o", lines[1], lines[2])
	reads(t, l, Query{Count: -1, Level: Error, Since: at(5)}, lines[1:3]...)
	reads(t, l, Query{Count: -1, Level: Warn, Since: at(0)}, lines[:3]...)
	reads(t, l, Query{Count: -1, Since: at(-70)}, append([]string{"banner", "time=2026-11-25T20:00:00.000 level=ERROR msg=o"}, lines...)...)
	reads(t, l, Query{Count: 0, Level: Error})
}

// Where no line has a time, the time counts at which the log was written.
func TestReadUndated(t *testing.T) {
	l := newLog(t, "a\nb\n")
	reads(t, l, Query{Count: -1, Since: time.Now().Add(-time.Hour)}, "a", "b")
	yesterday := time.Now().Add(-24 * time.Hour)
	check(t, os.Chtimes(l.Path, yesterday, yesterday))
	reads(t, l, Query{Count: -1, Since: time.Now().Add(-time.Hour)})
	entries, err := l.Read(Query{Count: 1, Timed: true})
	check(t, err)
	if !entries[0].At.Equal(yesterday) || entries[0].From != "x" {
		t.Errorf("%+v", entries[0])
	}
}

// Each line is read by its own form: Temporal's text and its JSON, with the banner of another
// version between them, and a crash that names no time and is as grave as an error.
func TestReadMixed(t *testing.T) {
	lines := []string{
		"time=2026-11-25T21:00:00.000 level=ERROR msg=a",
		"Temporal CLI 1.8.2 (Server 1.31.2, UI 2.50.1)",
		"",
		"Temporal Server:      localhost:7233",
		`{"time":"2026-11-25T21:10:00.000000001Z","level":"INFO","msg":"b"}`,
		`{"time":"2026-11-25T21:20:00.5Z","level":"WARN","msg":"c","level":7}`,
		"panic: close of closed channel",
		"goroutine 1 [running]:",
		"time=2026-11-25T21:30:00.000 level=WARN msg=d",
		"fatal error: all goroutines are asleep - deadlock!",
	}
	l := newLog(t, strings.Join(lines, "\n")+"\n")
	at := func(minute int) time.Time { return time.Date(2026, 11, 25, 21, minute, 0, 0, time.UTC) }
	check(t, os.Chtimes(l.Path, at(40), at(40)))
	pick := func(from ...int) (picked []string) {
		for _, i := range from {
			picked = append(picked, lines[i])
		}
		return picked
	}
	reads(t, l, Query{Count: -1, Level: Error}, pick(0, 6, 7, 9)...)
	reads(t, l, Query{Count: -1, Level: Warn}, pick(0, 5, 6, 7, 8, 9)...)
	reads(t, l, Query{Count: -1, Level: Info}, lines...)
	reads(t, l, Query{Count: -1, Since: at(15)}, lines[5:]...)
	reads(t, l, Query{Count: -1, Since: at(25)}, pick(6, 7, 8, 9)...)
	reads(t, l, Query{Count: -1, Since: at(35), Level: Error}, lines[9])
	reads(t, l, Query{Count: -1, Since: at(41)})
	entries, err := l.Read(Query{Count: -1, Timed: true})
	check(t, err)
	for i, minute := range []int{0, 0, 10, 20, 20, 30, 30} {
		if have := entries[i].At.Truncate(time.Minute); !have.Equal(at(minute)) {
			t.Errorf("entry %d is of %s, not of minute %d: %q", i, have, minute, entries[i].Lines)
		}
	}
	f := l.New(Query{Level: Error})
	if have := follow(t, f); !slices.Equal(have, pick(0, 6, 7, 9)) {
		t.Errorf("followed: %q", have)
	}
	f.Close()
	l = newLog(t, lines[6]+"\n")
	check(t, os.Chtimes(l.Path, at(40), at(40)))
	if entries, err = l.Read(Query{Count: 1, Timed: true}); err != nil || !entries[0].At.Equal(at(40)) {
		t.Errorf("a crash alone: %+v, %v", entries, err)
	}
}

// A copy that a rotation has not finished, or never will, is not read twice.
func TestReadUnfinishedRotation(t *testing.T) {
	reads(t, newLog(t, "b\nc\nd\n", "b\nc\n", "a\n"), Query{Count: -1}, "a", "b", "c", "d")
	reads(t, newLog(t, "e\n", "b\nc\nd\n", "b\nc\n", "a\n"), Query{Count: -1}, "a", "b", "c", "d", "e")
	reads(t, newLog(t, "b\n", "b\nc\n"), Query{Count: -1}, "b", "c", "b")
}

func TestReadOnlyFiles(t *testing.T) {
	l := Log{Name: "x", Path: filepath.Join(t.TempDir(), "x.log"), Older: 3}
	if _, err := l.Read(Query{Count: 1}); !errors.Is(err, fs.ErrNotExist) || l.Exists() {
		t.Errorf("no log: %v", err)
	}
	for name, plant := range map[string]func(string) error{
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"link":   func(path string) error { return os.Symlink("/etc/passwd", path) },
	} {
		path := filepath.Join(t.TempDir(), "x.log")
		check(t, plant(path))
		if _, err := (Log{Name: "x", Path: path, Older: 3}).Read(Query{Count: 1}); !errors.As(err, new(NotFileError)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	l = newLog(t, "b\n", "a\n")
	check(t, os.Remove(l.name(1)))
	check(t, os.Symlink("/etc/passwd", l.name(1)))
	reads(t, l, Query{Count: -1}, "b")
}

func TestMerge(t *testing.T) {
	list := func(label string, seconds ...int) (entries []Entry) {
		for _, s := range seconds {
			entries = append(entries, Entry{At: time.Unix(int64(s), 0), Lines: []string{fmt.Sprint(label, s)}})
		}
		return entries
	}
	have := texts(Merge(list("a", 1, 5, 4, 9), list("b", 2, 4, 5)))
	want := []string{"a1", "b2", "b4", "a5", "a4", "b5", "a9"}
	if !slices.Equal(have, want) {
		t.Errorf("have %q", have)
	}
}

func TestCut(t *testing.T) {
	entries := []Entry{{Lines: []string{"a", "b"}}, {Lines: []string{"c", "d", "e"}}}
	for count, want := range map[int]string{0: "", 1: "e", 2: "d e", 3: "c d e", 4: "b c d e", 5: "a b c d e", 9: "a b c d e", -1: "a b c d e"} {
		if have := strings.Join(texts(Cut(entries, count)), " "); have != want {
			t.Errorf("the last %d are %q", count, have)
		}
	}
}
