package logs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// writer writes numbered lines to a log, in pieces, and rotates it step by step
// as package actions does.
type writer struct {
	t     *testing.T
	log   Log
	file  *os.File
	lines int
	// torn is what of a line is still to be written.
	torn string
	// steps are those of a rotation that are still to be done.
	steps []func()
}

func newWriter(t *testing.T) *writer {
	w := &writer{t: t, log: newLog(t)}
	w.reopen()
	return w
}

func (w *writer) reopen() {
	var err error
	w.file, err = os.OpenFile(w.log.Path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	check(w.t, err)
	w.t.Cleanup(func() { w.file.Close() })
}

func (w *writer) write(text string) {
	_, err := w.file.WriteString(text)
	check(w.t, err)
}

func (w *writer) line(n int) string {
	return fmt.Sprintf("time=%s level=INFO msg=%d\n", time.Unix(int64(n), 0).UTC().Format("2006-01-02T15:04:05.000"), n)
}

func (w *writer) next(random *rand.Rand) {
	if w.torn == "" {
		w.torn = w.line(w.lines)
		w.lines++
	}
	n := len(w.torn)
	if random.IntN(3) == 0 {
		n = 1 + random.IntN(n)
	}
	w.write(w.torn[:n])
	w.torn = w.torn[n:]
}

// writeLines writes so many of the next lines.
func (w *writer) writeLines(n int) {
	for range n {
		w.write(w.line(w.lines))
		w.lines++
	}
}

// rotate does all steps of a rotation.
func (w *writer) rotate() {
	for range 5 {
		w.step()
	}
}

// step does one step of a rotation; it begins one where none is under way.
func (w *writer) step() {
	if len(w.steps) == 0 {
		w.steps = w.rotation()
	}
	w.steps[0]()
	w.steps = w.steps[1:]
}

func (w *writer) rotation() []func() {
	var copied int64
	rename := func(from, to string) func() {
		return func() {
			if err := os.Rename(from, to); !errors.Is(err, fs.ErrNotExist) {
				check(w.t, err)
			}
		}
	}
	read := func(from int64) []byte {
		text, err := io.ReadAll(io.NewSectionReader(w.file, from, 1<<30))
		check(w.t, err)
		return text
	}
	return []func(){
		func() {
			text := read(0)
			copied = int64(len(text))
			check(w.t, os.WriteFile(w.log.Path+".new", text, 0o600))
		},
		rename(w.log.name(2), w.log.name(3)),
		rename(w.log.name(1), w.log.name(2)),
		rename(w.log.Path+".new", w.log.name(1)),
		func() {
			older, err := os.OpenFile(w.log.name(1), os.O_WRONLY|os.O_APPEND, 0)
			check(w.t, err)
			defer older.Close()
			_, err = older.Write(read(copied))
			check(w.t, err)
			check(w.t, w.file.Truncate(0)) // one step with the copying: what comes between is lost
		},
	}
}

// follow takes all that is new.
func follow(t *testing.T, f *Follower) []string {
	t.Helper()
	var lines []string
	for {
		entries, err := f.Next()
		check(t, err)
		if len(entries) == 0 {
			return lines
		}
		lines = append(lines, texts(entries)...)
	}
}

// TestFollowRotations writes, rotates and follows in a random order, step by
// step; some rotations are never finished. Each line must come once, in order.
func TestFollowRotations(t *testing.T) {
	for seed := range uint64(25) {
		random := rand.New(rand.NewPCG(seed, 1))
		w := newWriter(t)
		for range random.IntN(3) {
			w.next(random)
		}
		entries, f, err := w.log.Last(Query{Count: -1})
		check(t, err)
		have := texts(entries)
		behind := 0 // finished rotations that were not seen
		for range 150 {
			switch n := random.IntN(10); {
			case n < 5:
				w.next(random)
			case n < 8:
				if len(w.steps) == 0 && (behind == w.log.Older || w.lines == 0) {
					break // more than are kept are lost, and an empty log is not rotated
				}
				if len(w.steps) == 1 {
					behind++
				}
				w.step()
				if len(w.steps) == 1 && random.IntN(8) == 0 {
					w.steps, behind = nil, behind+1 // the supervisor died before it truncated
				}
			default:
				have = append(have, follow(t, f)...)
				behind = 0
			}
		}
		for len(w.steps) > 0 {
			w.step()
		}
		have = append(have, follow(t, f)...)
		f.Close()
		expect(t, w, seed, have)
	}
}

// TestFollowWhileRotating follows while another thread rotates as fast as it can,
// no more than the kept files ahead.
func TestFollowWhileRotating(t *testing.T) {
	const rotations, between = 100, 40
	w := newWriter(t)
	_, f, err := w.log.Last(Query{})
	check(t, err)
	defer f.Close()
	var read atomic.Int64
	type result struct {
		lines []string
		err   error
	}
	results := make(chan result, 1)
	go func() {
		var r result
		for len(r.lines) < rotations*between && r.err == nil {
			var entries []Entry
			entries, r.err = f.Next()
			r.lines = append(r.lines, texts(entries)...)
			read.Store(int64(len(r.lines)))
		}
		results <- r
	}()
	deadline := time.Now().Add(time.Minute)
	for n := range rotations {
		w.writeLines(between)
		for read.Load() < int64((n-1)*between) && time.Now().Before(deadline) {
			runtime.Gosched()
		}
		w.rotate()
	}
	select {
	case r := <-results:
		check(t, r.err)
		expect(t, w, 0, r.lines)
	case <-time.After(time.Until(deadline)):
		t.Fatalf("only %d of %d lines came", read.Load(), w.lines)
	}
}

// TestFollowOvertaken: while a follower opens the files one by one, each of them gets another's name, several times
// over. What is left in the files comes, in order.
func TestFollowOvertaken(t *testing.T) {
	for behind := range 4 {
		for at := range 4 {
			for overtaken := range 5 {
				if have, want := overtake(t, behind, at, overtaken); !slices.Equal(have[max(0, len(have)-len(want)):], want) || !slices.IsSorted(have) {
					t.Errorf("%d rotations behind, and %d while file %d is opened:\n have %q\n want %q", behind, overtaken, at, have, want)
				}
			}
		}
	}
}

// overtake follows a log that is rotated so often behind a follower, and so often again when that opens a file. It
// returns what came, and what was kept of what was new.
func overtake(t *testing.T, behind, at, overtaken int) (have, want []string) {
	const between = 3
	w := newWriter(t)
	rotate := func(times int) {
		for range times {
			w.writeLines(between)
			w.rotate()
		}
	}
	rotate(3)
	w.write("a line that the follower finds there\n")
	_, f, err := w.log.Last(Query{})
	check(t, err)
	defer f.Close()
	rotate(behind)
	f.log.opening = func(n int) {
		if n == at {
			f.log.opening = nil
			rotate(overtaken)
		}
	}
	have = follow(t, f)
	rotate(1)
	have = append(have, follow(t, f)...)
	for n := max(3, w.lines/between-w.log.Older-1) * between; n < w.lines; n++ {
		want = append(want, strings.TrimSpace(w.line(n)))
	}
	return have, want
}

// TestReadWhileRotating reads all that is kept while another thread writes and
// rotates: no line may come twice, out of order, or be missing in the middle.
func TestReadWhileRotating(t *testing.T) {
	w := newWriter(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 400 {
			w.writeLines(3)
			w.rotate()
		}
	}()
	defer func() { <-done }() // also where the test fails: its folder must outlive the writer
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		default:
		}
		entries, err := w.log.Read(Query{Count: -1})
		if errors.Is(err, errBusy) {
			continue
		}
		check(t, err)
		last, lines := -1, texts(entries)
		if len(lines) > 0 {
			lines = lines[:len(lines)-1] // half of a line that is just being written is read as well
		}
		for _, line := range lines {
			var n int
			_, number, _ := strings.Cut(line, "msg=")
			if _, err := fmt.Sscan(number, &n); err != nil || last >= 0 && n != last+1 {
				t.Fatalf("%q comes after line %d", line, last)
			}
			last = n
		}
	}
}

func expect(t *testing.T, w *writer, seed uint64, have []string) {
	t.Helper()
	var want []string
	for n := range w.lines {
		if line := w.line(n); n < w.lines-1 || w.torn == "" {
			want = append(want, line[:len(line)-1])
		}
	}
	if !slices.Equal(have, want) {
		at := 0
		for at < len(have) && at < len(want) && have[at] == want[at] {
			at++
		}
		t.Fatalf("seed %d: %d lines, not %d; they differ at %d:\n have %q\n want %q", seed, len(have), len(want), at,
			have[at:min(len(have), at+3)], want[at:min(len(want), at+3)])
	}
}

// Others may truncate, delete or replace a log as well.
func TestFollowReplacedLog(t *testing.T) {
	w := newWriter(t)
	w.write("a\nb\n")
	_, f, err := w.log.Last(Query{})
	check(t, err)
	defer f.Close()
	is := func(want ...string) {
		t.Helper()
		if have := follow(t, f); !slices.Equal(have, want) {
			t.Errorf("have %q, want %q", have, want)
		}
	}
	is()
	w.write("c\nunfinished")
	is("c")
	check(t, w.file.Truncate(0))
	w.write("d\n")
	is("unfinished", "d")
	check(t, os.Remove(w.log.Path))
	is()
	w.reopen()
	w.write("another e\nanother f\n")
	is("another e", "another f")
	check(t, os.Rename(w.log.Path, w.log.Path+".mine"))
	w.reopen()
	w.write("g\nh\ni\n")
	is("g", "h", "i")
}

// All of a log is new to a follower that began before it, also if it was rotated before the
// first look.
func TestFollowNewLog(t *testing.T) {
	l := newLog(t)
	f := l.New(Query{Count: 1, Since: time.Now(), Level: Info})
	defer f.Close()
	if have := follow(t, f); len(have) > 0 {
		t.Fatalf("%q before there is a log", have)
	}
	w := &writer{t: t, log: l}
	w.reopen()
	var want []string
	for range 3 {
		line := w.line(w.lines)
		w.write(line)
		w.lines++
		want = append(want, strings.TrimSuffix(line, "\n"))
		w.rotate()
	}
	if have := follow(t, f); !slices.Equal(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
}

// A follower that comes back after more rotations than are kept goes on with the oldest.
func TestFollowTooLate(t *testing.T) {
	w := newWriter(t)
	w.write("a\n")
	_, f, err := w.log.Last(Query{})
	check(t, err)
	defer f.Close()
	for n := range 6 {
		w.write(fmt.Sprintf("line %d\n", n))
		w.rotate()
	}
	if have, want := follow(t, f), []string{"line 3", "line 4", "line 5"}; !slices.Equal(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
	w.write("b\n")
	if have := follow(t, f); !slices.Equal(have, []string{"b"}) {
		t.Errorf("have %q", have)
	}
}

// A line that says no level goes with the one before, also with one that was
// written before the following began.
func TestFollowLevel(t *testing.T) {
	w := newWriter(t)
	w.write("level=ERROR msg=a\n")
	_, f, err := w.log.Last(Query{Level: Error})
	check(t, err)
	defer f.Close()
	w.write("  its trace\nlevel=INFO msg=b\n  more of b\nlevel=ERROR msg=c\n  of c\n")
	if have, want := follow(t, f), []string{"  its trace", "level=ERROR msg=c", "  of c"}; !slices.Equal(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
}

// A line without an end is not waited for for ever.
func TestFollowEndlessLine(t *testing.T) {
	w := newWriter(t)
	_, f, err := w.log.Last(Query{})
	check(t, err)
	defer f.Close()
	w.write(string(slices.Repeat([]byte{'x'}, 3*chunkBytes/2)))
	if have := follow(t, f); len(have) != 1 || len(have[0]) != chunkBytes {
		t.Errorf("%d lines", len(have))
	}
}
