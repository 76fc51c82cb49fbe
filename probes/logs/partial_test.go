package logs

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestRotationOfTooMuch: a rotation keeps the newest lines of a log that is too large. No
// line comes twice while both files have it, however much the log grows meanwhile, and a
// follower goes on where it was, or with the first line that is left, also where it has read
// further than the copy goes.
func TestRotationOfTooMuch(t *testing.T) {
	w := newWriter(t)
	write := func(to int) {
		var text strings.Builder
		for ; w.lines < to; w.lines++ {
			text.WriteString(w.line(w.lines))
		}
		w.write(text.String())
	}
	const early, kept, late, copied, beyond, grown, all = 10_000, 15_000, 18_000, 20_000, 21_000, 40_000, 40_500
	check(t, os.WriteFile(w.log.name(1), []byte("time=1960-01-01T00:00:00 level=INFO msg=before\n"), 0o600))
	followFrom := func(line int) *Follower {
		write(line)
		_, f, err := w.log.Last(Query{Count: 0})
		check(t, err)
		t.Cleanup(f.Close)
		return f
	}
	first, second := followFrom(early), followFrom(late)
	third := followFrom(copied)
	text, err := os.ReadFile(w.log.Path)
	check(t, err)
	text = text[strings.Index(string(text), w.line(kept)):]
	check(t, os.WriteFile(w.log.Path+".new", text, 0o600))
	check(t, os.Rename(w.log.name(1), w.log.name(2)))
	check(t, os.Rename(w.log.Path+".new", w.log.name(1)))

	entries, err := w.log.Read(Query{Count: -1})
	check(t, err)
	sequence(t, "before the truncation", texts(entries)[1:], 0, copied)
	write(beyond)
	sequence(t, "a follower that reads what the copy lacks", follow(t, third), copied, beyond)
	write(grown)
	entries, err = w.log.Read(Query{Count: -1})
	check(t, err)
	sequence(t, "after it has grown", texts(entries)[1:], 0, grown)
	check(t, w.file.Truncate(0))
	write(all)
	left := numbers(kept, copied, grown, all)
	entries, err = w.log.Read(Query{Count: -1})
	check(t, err)
	sameNumbers(t, "after it", texts(entries)[1:], left)
	sameNumbers(t, "an early follower", follow(t, first), left)
	sameNumbers(t, "a late follower", follow(t, second), numbers(late, copied, grown, all))
	sequence(t, "a follower that is further than the copy", follow(t, third), grown, all)
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
	sameNumbers(t, what, lines, numbers(first, end))
}

// numbers lists those from each first one to before the end that follows it.
func numbers(bounds ...int) (all []int) {
	for pair := range slices.Chunk(bounds, 2) {
		for n := pair[0]; n < pair[1]; n++ {
			all = append(all, n)
		}
	}
	return all
}

// sameNumbers checks that lines are those with the numbers want.
func sameNumbers(t *testing.T, what string, lines []string, want []int) {
	t.Helper()
	var have []int
	for _, line := range lines {
		n, err := strconv.Atoi(line[strings.LastIndex(line, "=")+1:])
		check(t, err)
		have = append(have, n)
	}
	for i := range max(len(have), len(want)) {
		if i >= len(have) || i >= len(want) || have[i] != want[i] {
			t.Errorf("%s: %d lines, not %d; line %d is %v, not %v", what, len(have), len(want), i, have[min(i, len(have)):min(i+1, len(have))], want[min(i, len(want)):min(i+1, len(want))])
			return
		}
	}
}
