package logs

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
)

// Follower gives what is written to a log from some moment on. It sees through
// rotations: what it had not read when the log was truncated it reads from the
// older file that has it. It is not for use by two goroutines.
type Follower struct {
	log   Log
	query Query
	// base is the file next older than the one being read, kept open so that its
	// number is not given out again; nil for none.
	base *part
	// beginning finds the file being read should base be gone: it is how that file begins.
	// trace finds it should its beginning be gone as well.
	beginning []byte
	trace     trace
	// live is the newest file as it was; it differs if the log was replaced.
	live fs.FileInfo
	// offset is how much of the file is read, rest what of it is no whole line yet.
	offset int64
	rest   []byte
	// carry is the last line that said something.
	carry head
}

// chunkBytes is what Next reads at the most, and the longest line that it waits
// for the end of.
const chunkBytes = 256 << 10

// New follows a log that is not there yet: whatever is found in it is new. Query's
// Count and Since are for Last alone.
func (l Log) New(q Query) *Follower { return &Follower{log: l, query: q} }

// Next returns the lines that were written and not returned yet, as many as were
// read at once: empty, if there is nothing new now. Query's Count and Since are
// for Last alone. A log that is away is one without anything new.
func (f *Follower) Next() ([]Entry, error) {
	for {
		lines, again, err := f.step()
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if entries := f.entries(lines); len(entries) > 0 || !again {
			return entries, nil
		}
	}
}

// Close gives back what the Follower keeps open.
func (f *Follower) Close() {
	if f.base != nil {
		f.base.Close()
	}
}

// step reads once. again says that there may be more to read now.
func (f *Follower) step() (lines [][]byte, again bool, err error) {
	s, err := f.log.open(f.base)
	if err != nil {
		return nil, false, err
	}
	defer s.close()
	i, offset := f.place(s)
	if i == 0 && f.replaced(s.parts[0]) {
		offset = 0
	}
	chunk := make([]byte, chunkBytes)
	n, err := s.parts[i].ReadAt(chunk, offset)
	if err != nil && err != io.EOF {
		return nil, false, err
	}
	end := offset + int64(n)
	if i > 0 {
		end = 0 // what is read is not truncated any more; that it is complete, and what follows it, has to be seen
	}
	if !f.log.still(s, end) {
		return nil, true, nil // rotated meanwhile, be it between two openings: read again
	}
	if offset == 0 && f.offset > 0 { // another text: what began before does not go on here
		lines = f.leftover()
	}
	if i > 0 && n == 0 { // read to its end
		f.offset, f.trace = 0, trace{}
		f.turn(s, i-1)
		return lines, true, nil
	}
	f.offset = offset + int64(n)
	f.turn(s, i)
	if offset == 0 {
		f.trace = trace{}
		f.beginning = bytes.Clone(chunk[:min(n, beginningBytes)]) // it may have been empty when it was opened
	}
	f.trace.read(chunk[:n])
	return append(lines, f.split(chunk[:n])...), n > 0, nil
}

// place returns the index of the file that is being read, and the offset up to which it is
// read: the file before base, or, if base is gone, the one with the same beginning, or else
// the one that has what was read last. If none is left, what had not been read of it is
// lost, and the oldest file is read from its start.
func (f *Follower) place(s *shot) (int, int64) {
	for i, p := range s.parts {
		if f.base != nil && i > 0 && os.SameFile(p.info, f.base.info) {
			return i - 1, f.placeIn(s.parts[i-1])
		}
	}
	for i, p := range slices.Backward(s.parts) {
		if p.begins(f.beginning) {
			return i, f.offset
		}
	}
	for i, p := range s.parts {
		if at := f.placeIn(p); at > 0 {
			return i, at
		}
	}
	return len(s.parts) - 1, 0
}

// placeIn returns the offset up to which p is read.
func (f *Follower) placeIn(p part) int64 {
	if f.offset == 0 || len(f.beginning) == 0 || p.begins(f.beginning) {
		return f.offset
	}
	return f.trace.end(p)
}

// replaced reports whether the newest file is not what it was: another file, or one that was
// truncated without having been copied.
func (f *Follower) replaced(p part) bool {
	return f.live != nil && !os.SameFile(p.info, f.live) || p.info.Size() < f.offset
}

// turn makes parts[i] the file that is being read.
func (f *Follower) turn(s *shot, i int) {
	f.Close()
	f.base, f.live, f.beginning = nil, nil, s.parts[i].beginning
	if i == 0 {
		f.live = s.parts[0].info
	}
	if i+1 < len(s.parts) {
		base := s.parts[i+1]
		f.base = &base
		s.parts = append(s.parts[:i+1:i+1], s.parts[i+2:]...) // this one stays open
	}
}

// split returns the whole lines of what was read last, and keeps the rest.
func (f *Follower) split(chunk []byte) [][]byte {
	f.rest = append(f.rest, chunk...)
	end := bytes.LastIndexByte(f.rest, '\n')
	if end < 0 {
		if len(f.rest) < chunkBytes {
			return nil
		}
		return f.leftover()
	}
	lines := bytes.Split(f.rest[:end], []byte{'\n'})
	f.rest = f.rest[end+1:]
	return lines
}

// leftover gives the unfinished line as one.
func (f *Follower) leftover() [][]byte {
	if len(f.rest) == 0 {
		return nil
	}
	line := f.rest
	f.rest = nil
	return [][]byte{line}
}

// entries makes each line an entry of its own, with the time and level of the
// line that it goes with.
func (f *Follower) entries(lines [][]byte) []Entry {
	var entries []Entry
	for _, line := range lines {
		if f.query.plain() {
			entries = append(entries, Entry{From: f.log.Name, Lines: []string{string(line)}})
			continue
		}
		if h := readHead(line); h.known() {
			if h.at.IsZero() {
				h.at = f.carry.at
			}
			f.carry = h
		}
		if f.query.Level == 0 || f.carry.level >= f.query.Level {
			entries = append(entries, Entry{f.log.Name, f.carry.at, f.carry.level, []string{string(line)}})
		}
	}
	return entries
}
