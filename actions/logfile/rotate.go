package logfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// fileLimit, in bytes, is what each file of a log may have: the one that is written, and each
// of OlderFiles older ones. A writer of up to 200 MB/s stays below it; a faster one exceeds it
// for some milliseconds.
const fileLimit = 10 << 20

// OlderFiles is how many older files of a log are kept: LOG.1, the newest, to LOG.3.
const OlderFiles = 3

// rotation moves the content of a log to older files. The log itself stays, since its
// writer has it open: its content is copied and the file truncated, which leaves no hole,
// as it is open for appending. What is written between the last copied byte and the
// truncation is lost: whole lines.
type rotation struct {
	// log is the file that its writer has, whether path leads to it or not.
	log  *os.File
	path string
	// older is how many older files there are; without one the content is dropped.
	older int
	// limit, in bytes, is what an older file may have. Of a larger log the newest whole lines
	// are kept.
	limit int64
	// ahead, in bytes, is what may be written while the log is copied.
	ahead int64
}

// run rotates. It removes the oldest file first, so that all files together never have more
// than they may, and a full disk has room for the copy. On an error the log is unchanged.
func (r rotation) run() error {
	if r.older == 0 {
		return r.log.Truncate(0)
	}
	info, err := r.log.Stat()
	if err != nil {
		return fmt.Errorf("rotate: %w", err)
	}
	os.Remove(older(r.path, r.older))
	end := info.Size()
	start, err := lineStart(r.log, max(0, end-max(r.limit-r.ahead, r.limit/2)))
	if err == nil {
		err = r.copyWithRoom(start, end)
	}
	if err == nil {
		err = r.shift()
	}
	if err != nil {
		os.Remove(r.path + ".new")
		return fmt.Errorf("rotate %s: %w", r.path, err)
	}
	return r.truncate(end, r.limit-(end-start))
}

func older(path string, n int) string { return fmt.Sprintf("%s.%d", path, n) }

// copyWithRoom copies the log from offset start to end. On a full disk it removes older files
// to make room: newer lines are worth more.
func (r rotation) copyWithRoom(start, end int64) error {
	err := copyPart(r.log, r.path+".new", start, end)
	for n := r.older; n > 0 && (errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)); n-- {
		if os.Remove(older(r.path, n)) == nil {
			err = copyPart(r.log, r.path+".new", start, end)
		}
	}
	return err
}

// shift gives each older file the next number, and the copy the first.
func (r rotation) shift() error {
	for n := r.older; n > 1; n-- {
		if err := os.Rename(older(r.path, n-1), older(r.path, n)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return os.Rename(r.path+".new", older(r.path, 1))
}

// copyPart writes what log has from offset start to end into a new file at path.
func copyPart(log io.ReaderAt, path string, start, end int64) error {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err // what a rotation that was killed left behind, or a planted link
	}
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{to}, io.NewSectionReader(log, start, end-start), make([]byte, copyBytes))
	return errors.Join(err, to.Close())
}

// copyBytes is how much is copied at once, in bytes.
const copyBytes = 1 << 20

// truncate copies what was written behind the first copied bytes meanwhile, at most room
// bytes, and empties the log.
func (r rotation) truncate(copied, room int64) error {
	to, err := os.OpenFile(older(r.path, 1), os.O_RDWR|os.O_APPEND|unix.O_NOFOLLOW, 0)
	if err != nil {
		return fmt.Errorf("rotate: %w", err)
	}
	defer to.Close()
	for range wholeTries {
		n, err := io.Copy(to, io.NewSectionReader(r.log, copied, room))
		if err != nil {
			break // a full disk: the line is cut off, and what follows is lost
		}
		copied, room = copied+n, room-n
		if room == 0 || endsLine(r.log, copied) {
			break
		}
		time.Sleep(wholePause)
	}
	if room == 0 && !endsLine(r.log, copied) {
		cutLine(to)
	}
	if err := r.log.Truncate(0); err != nil {
		return fmt.Errorf("rotate: %w", err)
	}
	return nil
}

// wholeTries and wholePause bound the wait for the rest of a line. A write of one
// becomes visible page by page (ext4), and its writer may have to wait for a
// processor in the middle of it, for 20 ms and more on a busy machine; but it can also have no
// end.
const (
	wholeTries = 100
	wholePause = time.Millisecond
)

// longestLine, in bytes, is how far rotation searches for the beginning or the end of a line. A
// longer line may be cut anywhere.
const longestLine = 1 << 20

// endsLine reports whether the log has the end of a line before offset end.
func endsLine(log io.ReaderAt, end int64) bool {
	last := make([]byte, 1)
	_, err := log.ReadAt(last, end-1)
	return err != nil || last[0] == '\n'
}

// lineStart returns the offset of the first line that begins at offset or behind it.
func lineStart(log io.ReaderAt, offset int64) (int64, error) {
	if offset == 0 || endsLine(log, offset) {
		return offset, nil
	}
	text := make([]byte, longestLine)
	n, err := log.ReadAt(text, offset)
	if err != nil && err != io.EOF {
		return 0, err
	}
	if i := bytes.IndexByte(text[:n], '\n'); i >= 0 && i < n-1 {
		return offset + int64(i) + 1, nil
	}
	return offset, nil
}

// cutLine removes an unfinished line from the end of a copy that has no room for its rest.
func cutLine(file *os.File) {
	info, err := file.Stat()
	if err != nil {
		return
	}
	from := max(0, info.Size()-longestLine)
	text := make([]byte, info.Size()-from)
	n, _ := file.ReadAt(text, from)
	if i := bytes.LastIndexByte(text[:n], '\n'); i >= 0 {
		_ = file.Truncate(from + int64(i) + 1) // else the line stays cut off
	}
}
