package logfile

import (
	"fmt"
	"os"
	"time"

	"github.com/stigmer/local/probes/files"
	"golang.org/x/sys/unix"
)

// keptLog is one log that a Keeper bounds.
type keptLog struct {
	path string
	// older is how many older files the log has.
	older int
	// file is what the writer has open, wherever the path leads; nil where the path counts.
	file *os.File
	// size, in bytes, and at are of the last check.
	size int64
	at   time.Time
	// failed is when the last rotation failed, zero if it did not.
	failed time.Time
}

// measure returns a log's size, and the speed at which it has grown since the last check,
// in bytes a second.
func (l *keptLog) measure(now time.Time) (size, speed int64) {
	size = l.currentSize()
	if grown, took := size-l.size, now.Sub(l.at); grown > 0 && took > 0 {
		speed = int64(float64(grown) / took.Seconds())
		speed = max(speed, 1)
	}
	l.size, l.at = size, now
	return size, speed
}

// currentSize is the log's size in bytes, 0 where there is none.
func (l *keptLog) currentSize() int64 {
	if l.file == nil {
		return files.FileSize(l.path)
	}
	info, err := l.file.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}

// untilFull is how long a log of a size, in bytes, may go without a check if it grows at a
// speed, in bytes a second, that may double.
func (l *keptLog) untilFull(size, speed int64) time.Duration {
	return time.Duration(float64(fileLimit-size) / float64(2*speed) * float64(time.Second))
}

// rotate rotates the log. If that fails, the log may grow to what all its files may have
// together, and is then emptied: the bound counts more than old lines. A failed rotation is
// tried again after rotateAgain, and only the first of several failures is returned.
func (l *keptLog) rotate(size, speed int64) error {
	again := !l.failed.IsZero()
	if again && time.Since(l.failed) < rotateAgain {
		return l.empty(size)
	}
	log, err := l.open()
	if err == nil {
		err = rotation{log: log, path: l.path, older: l.older, limit: fileLimit, ahead: speed / copiesPerSecond}.run()
		l.close(log)
	}
	if err == nil {
		l.size, l.failed = 0, time.Time{}
		return nil
	}
	l.failed = time.Now()
	if again {
		return l.empty(size)
	}
	return err
}

// copiesPerSecond is how many times a second a log could be copied, roughly: what its
// writer adds meanwhile needs room in the copy.
const copiesPerSecond = 50

// empty empties a log that cannot be rotated, once it has what all its files may have
// together. The error says that it did.
func (l *keptLog) empty(size int64) error {
	for n := 1; n <= l.older; n++ {
		size += files.FileSize(older(l.path, n))
	}
	if size < int64(1+l.older)*fileLimit {
		return nil
	}
	log, err := l.open()
	if err != nil {
		return nil // nothing is left to try
	}
	defer l.close(log)
	if err := log.Truncate(0); err != nil {
		return nil
	}
	l.size = 0
	return fmt.Errorf("%s could not be rotated and was emptied, so that it does not fill the disk", l.path)
}

// open opens the file that is to be rotated, never through a link.
func (l *keptLog) open() (*os.File, error) {
	if l.file != nil {
		return l.file, nil
	}
	return os.OpenFile(l.path, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
}

func (l *keptLog) close(log *os.File) {
	if log != l.file {
		log.Close()
	}
}

// watchPath leads to the file that the writer has.
func (l *keptLog) watchPath() string {
	if l.file == nil {
		return l.path
	}
	return fmt.Sprintf("/dev/fd/%d", l.file.Fd())
}

// cutOlder cuts older files to the limit and keeps their newest lines: they grew under
// another version of this program, or while no supervisor ran.
func (l *keptLog) cutOlder() {
	for n := 1; n <= l.older; n++ {
		path := older(l.path, n)
		end := files.FileSize(path)
		if end <= fileLimit {
			continue
		}
		file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
		if err != nil {
			continue
		}
		start, err := lineStart(file, end-fileLimit)
		if err == nil {
			err = copyPart(file, l.path+".new", start, end)
		}
		file.Close()
		if err == nil {
			err = os.Rename(l.path+".new", path)
		}
		if err != nil {
			os.Remove(l.path + ".new")
			os.Remove(path) // a full disk: the bound counts more than old lines
		}
	}
}
