package sqlite

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Condition is what a database's files say of its condition.
type Condition struct {
	// Bytes and LogBytes are the sizes of the file and of its write-ahead log.
	Bytes, LogBytes int64
	// Interrupted says that a transaction was cut off. Its journal takes it back when the
	// database is opened next; a check looks at the pages as they are then.
	Interrupted bool
	// Flaw says what is wrong with the database, empty if nothing is as far as was checked.
	Flaw string
}

// ErrChanged says that a file was written while it was read, so that nothing can be said of it.
var ErrChanged = errors.New("it changed while it was looked at")

// Glance reads the sizes of the database at path, and whether it has SQLite's header and as
// many pages as that counts. A server may have it open: a journal is then of a transaction that
// goes on, which may have written the count before the pages.
func Glance(path string) (Condition, error) {
	h, err := readHead(path)
	if !h.Interrupted {
		h.Flaw = h.cutOff(h.Flaw)
	}
	h.Interrupted = false
	return h.Condition, err
}

// QuickCheck checks every page of the database at path, as PRAGMA quick_check does, with what
// its journal or its write-ahead log has. No process may be writing to it: the error says
// that one was, or that it cannot be read, or is that of ctx.
func QuickCheck(ctx context.Context, path string) (Condition, error) {
	h, err := readHead(path)
	if err != nil || h.Flaw != "" {
		return h.Condition, err
	}
	before := Stamps(h.path)
	var faults []string
	err = withEngine(ctx, h.path, func(e engine) (err error) {
		faults, err = e.strings("PRAGMA quick_check(1)")
		return err
	})
	h.Flaw = damage(err)
	switch {
	case Stamps(h.path) != before:
		return Condition{}, ErrChanged
	case h.Flaw != "":
		err = nil
	case err == nil && len(faults) > 0 && faults[0] != "ok": // it may have a headline
		lines := strings.Split(strings.TrimSpace(faults[0]), "\n")
		h.Flaw = "SQLite says: " + lines[len(lines)-1]
	}
	if h.Flaw != "" {
		h.Flaw = h.cutOff(h.Flaw)
	}
	return h.Condition, err
}

// Whole reports whether a database's file has all of it: neither a journal nor a write-ahead log
// beside it has anything of it, and it is not cut off.
func Whole(path string) bool {
	h, err := readHead(path)
	return err == nil && h.Flaw == "" && h.cutOff("") == "" && !h.Interrupted && h.LogBytes == 0
}

// Stamps returns a text that changes with each write to a database at a path without links.
func Stamps(path string) (text string) {
	for _, suffix := range []string{"", "-journal", "-wal"} {
		if info, err := os.Stat(path + suffix); err == nil {
			text += fmt.Sprintln(suffix, info.Size(), info.ModTime().UnixNano())
		}
	}
	return text
}

// head is what can be said of a database without an engine.
type head struct {
	Condition
	path string
	// text is the beginning of the file: at most the 100 bytes of a header
	// (sqlite.org/fileformat2.html, 1.3).
	text []byte
	// onlyNULs says that the file has nothing else.
	onlyNULs bool
}

const (
	magic        = "SQLite format 3\x00"
	journalMagic = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
	headerSize   = 100
	smallestPage = 512
)

// readHead reads the head of the database at path.
func readHead(path string) (head, error) {
	path, err := filepath.EvalSymlinks(path) // a journal lies beside the file itself
	if err != nil {
		return head{}, err
	}
	file, err := openRegular(path)
	if err != nil {
		return head{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return head{}, err
	}
	h := head{path: path}
	h.Bytes, h.Interrupted = info.Size(), isHot(path+"-journal")
	if log, err := os.Stat(path + "-wal"); err == nil {
		h.LogBytes = log.Size()
	}
	if h.text, err = io.ReadAll(io.LimitReader(file, headerSize)); err != nil {
		return head{}, err
	}
	switch {
	case h.Bytes == 0:
		h.Flaw = "it is empty"
	case !h.hasMagic():
		h.Flaw = "it is no SQLite database"
		start, err := io.ReadAll(io.NewSectionReader(file, 0, mostNULs))
		h.onlyNULs = err == nil && h.Bytes <= mostNULs && len(bytes.Trim(start, "\x00")) == 0
	}
	return h, nil
}

func (h head) hasMagic() bool { return bytes.HasPrefix(h.text, []byte(magic)) }

// pageSize, in bytes, is that of the header, or the smallest that there is.
func (h head) pageSize() int64 {
	if len(h.text) < headerSize {
		return smallestPage
	}
	size := int64(binary.BigEndian.Uint16(h.text[16:]))
	if size == 1 {
		size = 1 << 16
	}
	if size < smallestPage || size&(size-1) != 0 {
		return smallestPage
	}
	return size
}

// cutOff is a better word than flaw for a file that has not the pages that its header counts.
// The count holds where it was written together with the rest.
func (h head) cutOff(flaw string) string {
	if len(h.text) < headerSize || !h.hasMagic() || h.LogBytes > 0 || !bytes.Equal(h.text[24:28], h.text[92:96]) {
		return flaw
	}
	pages, counted := h.Bytes/h.pageSize(), int64(binary.BigEndian.Uint32(h.text[28:]))
	if pages >= counted {
		return flaw
	}
	return fmt.Sprintf("it is cut off: %d of its %d pages are there", pages, counted)
}

// isHot reports whether a rollback journal waits to be carried out: one that is done with is
// removed, emptied, or has its header overwritten with zeros.
func isHot(journal string) bool {
	file, err := openRegular(journal)
	if err != nil {
		return false
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, int64(len(journalMagic))))
	return err == nil && string(text) == journalMagic
}
