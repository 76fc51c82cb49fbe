package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// Log is one log: the file that is written, with the older ones beside it that
// rotation made, path.1 the newest of them.
type Log struct {
	// Name is what its entries are From.
	Name string
	Path string
	// Older is how many older files there can be.
	Older int
	// opening is called before the file with a number is opened. It is nil but in tests.
	opening func(number int)
}

// NotFileError says that something else than a regular file is in a log's place.
// It was neither followed nor read.
type NotFileError struct{ Path string }

func (e NotFileError) Error() string { return e.Path + " is not a file" }

// part is one file of a log, open for reading.
type part struct {
	*os.File
	// info and beginning are as they were when it was opened.
	info      fs.FileInfo
	beginning []byte
}

// shot is all files of a log at one moment, the one that is written first.
type shot struct {
	parts []part
	// first is path.1 as it was, nil for none; copied says that it was the copy of
	// a rotation that is not finished, or never will be, and so is no part.
	first  fs.FileInfo
	copied bool
	// copies are open as long as the shot, so that no new file gets their numbers.
	copies []part
}

func openPart(path string) (part, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, unix.ELOOP) {
		return part{}, NotFileError{path}
	}
	if err != nil {
		return part{}, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = NotFileError{path}
	}
	if err != nil {
		file.Close()
		return part{}, err
	}
	text := make([]byte, beginningBytes)
	n, err := file.ReadAt(text, 0)
	if err != nil && err != io.EOF {
		file.Close()
		return part{}, err
	}
	return part{file, info, text[:n]}, nil
}

// open opens all files of the log. The error wraps fs.ErrNotExist where there is
// no log, or is NotFileError or the system's. An older file that cannot be read is
// left out. One that is renamed meanwhile goes to a higher number: it is never
// missed, and what is opened twice is left out as a copy. Of known, which may be nil, it is
// known that it is none.
func (l Log) open(known *part) (*shot, error) {
	s := &shot{}
	for n := 0; n <= l.Older; n++ {
		if l.opening != nil {
			l.opening(n)
		}
		p, err := openPart(l.name(n))
		if err != nil {
			if n == 0 {
				return nil, fmt.Errorf("read log: %w", err)
			}
			continue
		}
		if n == 1 {
			s.first = p.info
		}
		apart := known != nil && os.SameFile(known.info, p.info)
		if n > 0 && !apart && copyOf(s.parts[len(s.parts)-1], p) {
			s.copied = s.copied || n == 1
			s.copies = append(s.copies, p)
			continue
		}
		s.parts = append(s.parts, p)
	}
	return s, nil
}

func (l Log) name(n int) string {
	if n == 0 {
		return l.Path
	}
	return l.Path + "." + strconv.Itoa(n)
}

func (s *shot) close() {
	for _, p := range slices.Concat(s.parts, s.copies) {
		p.Close()
	}
}

// beginningBytes is how much of two files' beginnings must agree. Lines have times.
const beginningBytes = 4096

// copyOf reports whether older is a copy of a part of newer. A rotation copies a log, or the
// newest lines of one that is too large, before it truncates it: a reader that looks in
// between, or after a supervisor that exited in between, sees the same lines in both.
func copyOf(newer, older part) bool {
	info, err := newer.Stat() // now: older may have grown since newer was opened
	if err != nil || info.Size() < older.info.Size() {
		return false
	}
	if older.info.Size() == 0 || newer.begins(older.beginning) {
		return true
	}
	if len(older.beginning) < beginningBytes {
		return false // too little to be left of a log that was too large
	}
	at, err := newer.find(older.beginning)
	return err == nil && at >= 0
}

// find returns the offset of the first occurrence of text, -1 for none.
func (p part) find(text []byte) (int64, error) {
	block := make([]byte, searchBytes)
	for at := int64(0); ; at += int64(len(block) - len(text)) {
		n, err := p.ReadAt(block, at)
		if i := bytes.Index(block[:n], text); i >= 0 {
			return at + int64(i), nil
		}
		if err == io.EOF {
			return -1, nil
		}
		if err != nil {
			return -1, err
		}
	}
}

// size is how many bytes a file has now, 0 where that cannot be known.
func (p part) size() int64 {
	info, err := p.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}

// before returns the last beginningBytes that a file has before the offset end.
func (p part) before(end int64) []byte {
	text := make([]byte, min(end, beginningBytes))
	n, _ := p.ReadAt(text, end-int64(len(text)))
	return text[:n]
}

// searchBytes is how much of a file is searched at once, in bytes.
const searchBytes = 1 << 20

// begins reports whether a file began with text, which is not empty.
func (p part) begins(text []byte) bool {
	return len(text) > 0 && bytes.HasPrefix(p.beginning, text)
}

// still reports whether a log's newest file still has the bytes up to end that it
// had in the shot. What was read in between can be believed if so, since
// rotation makes path.1 anew before it truncates.
func (l Log) still(s *shot, end int64) bool {
	if !s.parts[0].has(end) || !s.parts[0].kept() {
		return false
	}
	first, err := openPart(l.name(1))
	if err != nil {
		return s.first == nil
	}
	defer first.Close()
	if s.first == nil || !os.SameFile(first.info, s.first) {
		return false
	}
	now, err := openPart(l.Path)
	if err != nil {
		return !s.copied // deleted meanwhile, which truncates nothing
	}
	defer now.Close()
	return !s.copied || copyOf(now, first)
}

// kept reports whether a file still begins as it did: one that was truncated and
// written anew may have its old size again.
func (p part) kept() bool {
	text := make([]byte, len(p.beginning))
	n, _ := p.ReadAt(text, 0)
	return bytes.Equal(text[:n], p.beginning)
}

// has reports whether a file has that many bytes now.
func (p part) has(end int64) bool {
	info, err := p.Stat()
	return err == nil && info.Size() >= end
}
