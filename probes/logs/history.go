package logs

import (
	"errors"
	"io/fs"
	"iter"
	"os"
	"slices"
	"time"
)

// Entry is a line with the lines after it that say neither time nor level: they go with it.
// Where a query asks for neither, it is a single line.
type Entry struct {
	// From is the log's name.
	From string
	// At is zero, and Level too, where the line does not say.
	At    time.Time
	Level Level
	Lines []string
}

// Query says which lines are wanted.
type Query struct {
	// Count is the most lines, the last ones; negative for all.
	Count int
	// Since leaves out what is older, if it is not zero.
	Since time.Time
	// Level leaves out what is less grave, and what says no level, if it is not zero.
	Level Level
	// Timed asks for Entry.At, for Merge.
	Timed bool
}

func (q Query) plain() bool { return q.Since.IsZero() && q.Level == 0 && !q.Timed }

func (q Query) wants(h head) bool {
	return h.level >= q.Level && (q.Since.IsZero() || !h.at.Before(q.Since))
}

// errBusy says that a log was rotated again and again while it was read.
var errBusy = errors.New("the log is rotated faster than it can be read")

// historyTries bounds how often the reading begins again after a rotation.
const historyTries = 10

// Last returns the last lines that are wanted, and a Follower that begins where
// they end. With a Follower a last line without its end is left to that; without
// one, it is among the lines. The error wraps fs.ErrNotExist where there is no
// log, or is NotFileError, errBusy or the system's.
func (l Log) Last(q Query) ([]Entry, *Follower, error) { return l.last(q, true) }

// Read is Last without a Follower.
func (l Log) Read(q Query) ([]Entry, error) {
	entries, f, err := l.last(q, false)
	if err == nil {
		f.Close()
	}
	return entries, err
}

func (l Log) last(q Query, follow bool) ([]Entry, *Follower, error) {
	for range historyTries {
		s, err := l.open(nil)
		if err != nil {
			return nil, nil, err
		}
		end := s.parts[0].info.Size()
		if follow {
			end, err = s.parts[0].lastLineEnd()
		}
		var entries []Entry
		var newest head
		if err == nil {
			entries, newest, err = collect(s.backward(end), q, s.parts[0].info.ModTime())
		}
		if err == nil && l.still(s, end) {
			for i := range entries {
				entries[i].From = l.Name
			}
			f := &Follower{log: l, query: q, offset: end, carry: newest}
			f.trace.read(s.parts[0].before(end))
			f.turn(s, 0)
			s.close()
			return entries, f, nil
		}
		s.close()
		if err != nil && !errors.Is(err, errShrunk) {
			return nil, nil, err
		}
	}
	return nil, nil, errBusy
}

// collect takes lines, the last one first, until it has what is wanted. newest is the last line
// that says something, for lines that are still to come. A line without a time was written
// before the next one that has one or, after the last of those, by written, which is when the log
// was last written: for a query since some time it counts as written then.
func collect(backward iter.Seq2[[]byte, error], q Query, written time.Time) (entries []Entry, newest head, err error) {
	var lines []string
	count, later := 0, written
	for line, err := range backward {
		if err != nil {
			return nil, newest, err
		}
		if q.Count >= 0 && count >= q.Count && (q.plain() || newest.known()) {
			break
		}
		lines = append(lines, string(line))
		h := head{}
		if !q.plain() {
			if h = readHead(line); !h.known() {
				continue
			}
		}
		if !newest.known() {
			newest = h
		}
		if !h.at.IsZero() && h.at.Before(q.Since) {
			lines = nil
			break
		}
		if !h.at.IsZero() {
			later = h.at
		}
		if q.wants(head{later, h.level}) || q.plain() {
			slices.Reverse(lines)
			entries = append(entries, Entry{At: h.at, Level: h.level, Lines: lines})
			count += len(lines)
		}
		lines = nil
	}
	if len(lines) > 0 && q.Level == 0 { // at the beginning of all: they go with what follows
		if len(entries) > 0 || q.wants(head{at: written}) {
			slices.Reverse(lines)
			entries = append(entries, Entry{Lines: lines})
		}
	}
	slices.Reverse(entries)
	dateUndated(entries, written)
	return Cut(entries, q.Count), newest, nil
}

// dateUndated gives an entry without a time that of the one before, and the first
// ones that of the one after, or written if there is none.
func dateUndated(entries []Entry, written time.Time) {
	for i := 1; i < len(entries); i++ {
		if entries[i].At.IsZero() {
			entries[i].At = entries[i-1].At
		}
	}
	for i := range slices.Backward(entries) {
		if entries[i].At.IsZero() {
			entries[i].At = written
		}
		written = entries[i].At
	}
}

// Cut keeps the last count lines of entries, all for a negative count.
func Cut(entries []Entry, count int) []Entry {
	if count < 0 {
		return entries
	}
	for i := len(entries) - 1; i >= 0; i-- {
		if n := len(entries[i].Lines); n >= count {
			if count == 0 {
				return entries[i+1:]
			}
			entries = slices.Clone(entries[i:])
			entries[0].Lines = entries[0].Lines[n-count:]
			return entries
		}
		count -= len(entries[i].Lines)
	}
	return entries
}

// Exists reports whether there is a log to read.
func (l Log) Exists() bool {
	_, err := os.Lstat(l.Path)
	return !errors.Is(err, fs.ErrNotExist)
}
