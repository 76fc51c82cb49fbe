package logs

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestRotationOfTooMuch: a rotation keeps the newest lines of a log that is too large. No
// line comes twice while both files have it, and a follower goes on where it was, or with
// the first line that is left.
func TestRotationOfTooMuch(t *testing.T) {
	w := newWriter(t)
	write := func(to int) {
		var text strings.Builder
		for ; w.lines < to; w.lines++ {
			text.WriteString(w.line(w.lines))
		}
		w.write(text.String())
	}
	const early, kept, late, copied, all = 10_000, 15_000, 18_000, 20_000, 20_500
	check(t, os.WriteFile(w.log.name(1), []byte("time=1960-01-01T00:00:00 level=INFO msg=before\n"), 0o600))
	var followers [2]*Follower
	for i, at := range []int{early, late} {
		write(at)
		_, f, err := w.log.Last(Query{Count: 0})
		check(t, err)
		defer f.Close()
		followers[i] = f
	}
	write(copied)
	text, err := os.ReadFile(w.log.Path)
	check(t, err)
	text = text[strings.Index(string(text), w.line(kept)):]
	check(t, os.WriteFile(w.log.Path+".new", text, 0o600))
	check(t, os.Rename(w.log.name(1), w.log.name(2)))
	check(t, os.Rename(w.log.Path+".new", w.log.name(1)))

	entries, err := w.log.Read(Query{Count: -1})
	check(t, err)
	sequence(t, "before the truncation", texts(entries)[1:], 0, copied)
	check(t, w.file.Truncate(0))
	write(all)
	entries, err = w.log.Read(Query{Count: -1})
	check(t, err)
	sequence(t, "after it", texts(entries)[1:], kept, all)
	sequence(t, "an early follower", follow(t, followers[0]), kept, all)
	sequence(t, "a late follower", follow(t, followers[1]), late, all)
}

// TestFollowTruncatedLog: a log that another program empties, and that is longer again by the
// time it is looked at, is read from its beginning.
func TestFollowTruncatedLog(t *testing.T) {
	w := newWriter(t)
	check(t, os.WriteFile(w.log.name(1), []byte(w.line(1)), 0o600))
	for n := range 10 {
		w.write(w.line(n))
	}
	_, f, err := w.log.Last(Query{Count: 0})
	check(t, err)
	defer f.Close()
	check(t, w.file.Truncate(0))
	for n := 100; n < 130; n++ {
		w.write(w.line(n))
	}
	sequence(t, "what it has now", follow(t, f), 100, 130)
}

// sequence checks that lines are those with the numbers from first to before end.
func sequence(t *testing.T, what string, lines []string, first, end int) {
	t.Helper()
	var numbers []int
	for _, line := range lines {
		n, err := strconv.Atoi(line[strings.LastIndex(line, "=")+1:])
		check(t, err)
		numbers = append(numbers, n)
	}
	var want []int
	for n := first; n < end; n++ {
		want = append(want, n)
	}
	if !slices.Equal(numbers, want) {
		t.Errorf("%s: %d lines, from %d to %d, not those from %d to %d", what, len(numbers), slices.Min(append(numbers, 1<<30)), slices.Max(append(numbers, -1)), first, end-1)
	}
}
