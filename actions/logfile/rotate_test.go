package logfile

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/probes/files"
	"golang.org/x/sys/unix"
)

// rotate rotates a log at path that has more than over bytes, if there is one, into files
// of up to a MiB.
func rotate(path string, over int64) error { return rotateTo(path, over, 1<<20) }

func rotateTo(path string, over, limit int64) error {
	if files.FileSize(path) <= over {
		return nil
	}
	log, err := os.OpenFile(path, os.O_RDWR|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer log.Close()
	return rotation{log: log, path: path, older: OlderFiles, limit: limit}.run()
}

func TestRotate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	stage.Check(t, rotate(path, 10)) // no log, no rotation
	read := func(name string) string {
		text, err := os.ReadFile(name)
		if err != nil {
			return "none"
		}
		return string(text)
	}
	for i := range 6 {
		stage.Check(t, os.WriteFile(path, fmt.Appendf(nil, "content %d\n", i), 0o600))
		stage.Check(t, rotate(path, 10))
		stage.Is(t, "a log of the limit's size is left alone", read(path), fmt.Sprintf("content %d\n", i))
		stage.Check(t, rotate(path, 9))
		stage.Is(t, "log", read(path), "")
		stage.Is(t, "log.1", read(older(path, 1)), fmt.Sprintf("content %d\n", i))
	}
	stage.Is(t, "log.2", read(older(path, 2)), "content 4\n")
	stage.Is(t, "log.3", read(older(path, 3)), "content 3\n")
	stage.Is(t, "log.4", read(older(path, 4)), "none")
	info, err := os.Stat(older(path, 1))
	stage.Check(t, err)
	stage.Is(t, "mode", info.Mode(), 0o600)
}

// TestRotateWhileWriting: another program appends lines as fast as it can while
// its log is rotated under it. What is kept is whole lines, in order, without a
// hole, and not too much of it.
func TestRotateWhileWriting(t *testing.T) {
	const limit, rotations = 64 << 10, 60
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	log, err := Open(path)
	stage.Check(t, err)
	writer := stage.New(t).Start("actor", nil, log)
	stage.Check(t, log.Close())
	for i := range rotations {
		writer.Must("append", fmt.Sprint(i*4000), "4000") // 4000 lines, while this rotates
		for Size(path) > limit {
			stage.Check(t, rotate(path, limit))
		}
	}
	writer.Call("appended")
	stage.Check(t, rotate(path, limit))
	files, err := filepath.Glob(path + "*")
	stage.Check(t, err)
	stage.Is(t, "files", len(files), 1+OlderFiles)
	last := -1
	for _, name := range []string{older(path, 3), older(path, 2), older(path, 1), path} {
		last = wholeLines(t, name, last)
	}
	stage.Is(t, "the last line", last, rotations*4000-1)
}

// TestRotateKeepsTheNewest: of a log that is larger than an older file may be, its newest
// whole lines are kept, and of a line without an end its newest bytes.
func TestRotateKeepsTheNewest(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"lines", "one\ntwo\nthree\nfour\n", "three\nfour\n"},
		{"at a line's beginning", "a\n123456789\n12\n", "123456789\n12\n"},
		{"a line without an end", strings.Repeat("x", 30) + "0123456789abc", "0123456789abc"},
		{"a long line with its end", strings.Repeat("x", 30) + "0123456789ab\n", "0123456789ab\n"},
	} {
		path := filepath.Join(t.TempDir(), "log")
		stage.Check(t, os.WriteFile(path, []byte(c.text), 0o600))
		stage.Check(t, rotateTo(path, 5, 13))
		text, err := os.ReadFile(older(path, 1))
		stage.Check(t, err)
		stage.Is(t, c.name, string(text), c.want)
		stage.Is(t, c.name+": log", Size(path), 0)
	}
}

// TestRotateWhileFlooded: a writer that is faster than the copy leaves no more than the
// limit in each file, and whole lines. It writes for as long as the rotations take.
func TestRotateWhileFlooded(t *testing.T) {
	const limit, rotations = 64 << 10, 50
	path := filepath.Join(t.TempDir(), "log")
	log, err := Open(path)
	stage.Check(t, err)
	writer := stage.New(t).Start("actor", nil, log)
	stage.Check(t, log.Close())
	writer.Must("append", "0", fmt.Sprint(math.MaxInt32))
	for range rotations {
		for end := time.Now().Add(stage.Patience); Size(path) <= 2*limit; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the writer stands still")
			}
		}
		stage.Check(t, rotateTo(path, 2*limit, limit))
		for n := 1; n <= OlderFiles; n++ {
			if have := files.FileSize(older(path, n)); have > limit {
				t.Fatalf("log.%d has %d bytes, of %d", n, have, limit)
			}
		}
	}
	last := -1
	for _, n := range []int{3, 2, 1} {
		last = wholeLines(t, older(path, n), last)
	}
}

// wholeLines checks that a file has lines with growing numbers only.
func wholeLines(t *testing.T, name string, last int) int {
	t.Helper()
	text, err := os.ReadFile(name)
	stage.Check(t, err)
	if i := bytes.IndexByte(text, 0); i >= 0 {
		t.Fatalf("%s has a hole at %d", name, i)
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		t.Errorf("%s ends within a line: %q", name, text[max(0, len(text)-80):])
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var n int
		if _, err := fmt.Sscanf(lines.Text(), "line %d", &n); err != nil || lines.Text() != stage.Line(n) {
			t.Fatalf("%s has a torn line: %q", name, lines.Text())
		}
		if n <= last {
			t.Fatalf("%s has line %d after %d", name, n, last)
		}
		last = n
	}
	return last
}

func TestRotateFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	victim := filepath.Join(dir, "victim")
	stage.Check(t, os.WriteFile(victim, []byte("somebody's text\n"), 0o600))
	untouched := func(what string) {
		t.Helper()
		text, err := os.ReadFile(victim)
		stage.Check(t, err)
		stage.Is(t, what, string(text), "somebody's text\n")
	}
	path := filepath.Join(dir, "log")
	stage.Check(t, os.WriteFile(path, []byte("long enough\n"), 0o600))
	stage.Check(t, os.Symlink(victim, path+".new"))
	rotate(path, 5)
	untouched("what a planted log.new leads to")

	path = filepath.Join(dir, "link")
	stage.Check(t, os.Symlink(victim, path))
	rotate(path, 5)
	untouched("what a log leads to that was made a link")

	path = filepath.Join(dir, "fifo")
	stage.Check(t, unix.Mkfifo(path, 0o600))
	stage.Check(t, rotate(path, 5))
}

// TestRotateWithinALine waits for the rest of a line that is being written, and not for
// ever.
func TestRotateWithinALine(t *testing.T) {
	for rest, late := range map[string]time.Duration{" a line\n": 5 * wholePause, "": time.Hour} {
		path := filepath.Join(t.TempDir(), "log")
		stage.Check(t, os.WriteFile(path, []byte("long enough\nhalf"), 0o600))
		synctest.Test(t, func(t *testing.T) {
			writer := time.AfterFunc(late, func() {
				log, err := Open(path)
				stage.Check(t, err)
				log.WriteString(rest)
				log.Close()
			})
			stage.Check(t, rotate(path, 5))
			writer.Stop()
		})
		text, err := os.ReadFile(older(path, 1))
		stage.Check(t, err)
		stage.Is(t, "log.1", string(text), "long enough\nhalf"+rest)
		stage.Is(t, "log", Size(path), 0)
	}
}

// TestRotateFails: the log stays as it is.
func TestRotateFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	stage.Check(t, os.WriteFile(path, []byte("long enough\n"), 0o600))
	stage.Check(t, os.MkdirAll(filepath.Join(path+".new", "full"), 0o700)) // nothing can be written there
	if err := rotate(path, 5); err == nil {
		t.Error("no error")
	}
	text, err := os.ReadFile(path)
	stage.Check(t, err)
	stage.Is(t, "log", string(text), "long enough\n")
	stage.Is(t, "a part of a copy", stage.FileExists(older(path, 1)), false)
}
