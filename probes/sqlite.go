package probes

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Database is what a SQLite file says of itself, as far as it can be told by
// reading it (sqlite.org/fileformat2.html). Nothing is locked or written, so it can
// be asked of a database that a server has open: then without walking its pages.
type Database struct {
	// Bytes and LogBytes are the sizes of the file and of its write-ahead log.
	Bytes, LogBytes int64
	// Pages is how many it has, Walked how many of them were looked at.
	Pages, Walked int
	// Interrupted says that a transaction was cut off: its journal takes it back
	// when the database is opened next, and until then the pages mean little.
	Interrupted bool
	// Tables are the names of its tables; only a walk finds them.
	Tables []string
	// Flaw says what is wrong with it, empty if nothing is as far as was looked.
	Flaw string
}

// errChanged says that a file was written while it was read, so that nothing can
// be said of it.
var errChanged = errors.New("it changed while it was looked at")

// ReadHeader looks at the header of the database at path.
func ReadHeader(path string) (Database, error) {
	d, file, err := openDatabase(path)
	if err != nil {
		return Database{}, err
	}
	defer file.Close()
	return d.Database, nil
}

// WalkDatabase looks at every page of the database at path, with what its
// write-ahead log has that is not in the file yet, and finds pages that are
// damaged, used twice or by nothing: as PRAGMA integrity_check does, but without
// reading what is in the rows. Nobody may be writing to it; an error says that
// somebody was, or that it cannot be read.
func WalkDatabase(path string) (Database, error) {
	before, err := stamps(path)
	if err != nil {
		return Database{}, err
	}
	d, file, err := openDatabase(path)
	if err != nil {
		return Database{}, err
	}
	defer file.Close()
	d.Interrupted = hotJournal(path + "-journal")
	if d.Flaw == "" && !d.Interrupted {
		if err := d.readLog(path + "-wal"); err != nil {
			return Database{}, err
		}
		d.walk()
	}
	if after, err := stamps(path); err != nil || after != before {
		return Database{}, errors.Join(err, errChanged)
	}
	return d.Database, nil
}

// hotJournal reports whether a rollback journal waits to be carried out: one that
// is done with is removed, emptied, or has its header overwritten with zeros.
func hotJournal(path string) bool {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer file.Close()
	var head [len(journalMagic)]byte
	_, err = io.ReadFull(file, head[:])
	return err == nil && string(head[:]) == journalMagic
}

const journalMagic = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"

type fileStamps struct {
	size, logSize int64
	at, logAt     time.Time
}

func stamps(path string) (fileStamps, error) {
	info, err := os.Stat(path)
	if err != nil {
		return fileStamps{}, err
	}
	s := fileStamps{size: info.Size(), at: info.ModTime()}
	if log, err := os.Stat(path + "-wal"); err == nil {
		s.logSize, s.logAt = log.Size(), log.ModTime()
	}
	return s, nil
}

// pager reads the pages of one database.
type pager struct {
	Database
	file io.ReaderAt
	// size is a page's, usable the part of it that holds content.
	size, usable int
	header       [100]byte
	// log has the latest version of the pages that the write-ahead log has.
	log  map[int][]byte
	used []bool
}

func (p *pager) fail(format string, args ...any) {
	if p.Flaw == "" {
		p.Flaw = fmt.Sprintf(format, args...)
	}
}

func openDatabase(path string) (*pager, *os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0) // a pipe would keep the open waiting
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", path)
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	p := &pager{file: file, log: map[int][]byte{}}
	p.Bytes = info.Size()
	if log, err := os.Stat(path + "-wal"); err == nil {
		p.LogBytes = log.Size()
	}
	p.readHeader()
	return p, file, nil
}

const magic = "SQLite format 3\x00"

func (p *pager) readHeader() {
	n, _ := p.file.ReadAt(p.header[:], 0)
	h := p.header[:]
	switch {
	case p.Bytes == 0:
		p.fail("it is empty")
		return
	case n < len(h) || string(h[:len(magic)]) != magic:
		p.fail("it is no SQLite database")
		return
	}
	p.size = int(binary.BigEndian.Uint16(h[16:]))
	if p.size == 1 {
		p.size = 65536
	}
	p.usable = p.size - int(h[20])
	if p.size < 512 || p.size&(p.size-1) != 0 || p.usable < 480 {
		p.fail("its header names pages of %d bytes", p.size)
		return
	}
	p.Pages = int(p.Bytes / int64(p.size))
	// The size in the header counts where it was written together with the rest.
	if counted := int(binary.BigEndian.Uint32(h[28:])); counted != 0 && string(h[24:28]) == string(h[92:96]) {
		if p.Pages < counted && p.LogBytes == 0 {
			p.fail("it is cut off: %d of its %d pages are there", p.Pages, counted)
		}
		p.Pages = counted
	}
}

// readLog reads the frames of the write-ahead log up to the last one that ends a
// transaction. Frames of an earlier round have other salts.
func (p *pager) readLog(path string) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) || len(data) < 32 {
		return nil
	}
	if err != nil {
		return err
	}
	if m := binary.BigEndian.Uint32(data); m&^1 != 0x377f0682 || int(binary.BigEndian.Uint32(data[8:])) != p.size {
		return nil // SQLite does not take it for a log of this database either
	}
	frame, pending := 24+p.size, map[int][]byte{}
	for at := 32; at+frame <= len(data); at += frame {
		if string(data[at+8:at+16]) != string(data[16:24]) {
			break
		}
		pending[int(binary.BigEndian.Uint32(data[at:]))] = data[at+24 : at+frame]
		if pages := int(binary.BigEndian.Uint32(data[at+4:])); pages != 0 {
			for number, page := range pending {
				p.log[number] = page
			}
			clear(pending)
			p.Pages = pages
		}
	}
	if first := p.log[1]; first != nil {
		copy(p.header[:], first)
	}
	return nil
}

// page reads one page that has not been used yet, and marks it used.
func (p *pager) page(number int, user string) []byte {
	switch {
	case number < 1 || number > p.Pages:
		p.fail("%s leads to page %d, of %d", user, number, p.Pages)
		return nil
	case p.used[number]:
		p.fail("page %d is used twice, the second time by %s", number, user)
		return nil
	}
	p.used[number] = true
	p.Walked++
	if logged := p.log[number]; logged != nil {
		return logged
	}
	data := make([]byte, p.size)
	if _, err := p.file.ReadAt(data, int64(number-1)*int64(p.size)); err != nil {
		p.fail("page %d cannot be read: %v", number, err)
		return nil
	}
	return data
}
