package actions

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// logLimit is what a log may have. Logs are bounded: that many bytes, and then
// that again in each of OlderLogs older files. The limit can be passed by what is
// written between two looks.
const logLimit = 10 << 20

// OlderLogs is how many older files of a log are kept: LOG.1, the newest, to LOG.3.
const OlderLogs = 3

// rotate moves a log's content to log.1, and that to log.2, if it is over the
// limit. The file itself stays, since Temporal has it open: its content is copied
// and the file truncated, which leaves no hole, as it is open for appending.
// What is written in the instant between the last copied byte and the truncation
// is lost: whole lines. On an error the log is as it was.
func rotate(path string, limit int64) error {
	if size(path) <= limit {
		return nil
	}
	log, err := os.OpenFile(path, os.O_RDWR|unix.O_NOFOLLOW, 0)
	if err != nil {
		return fmt.Errorf("rotate: %w", err)
	}
	defer log.Close()
	copied, err := copyLog(log, path+".new")
	if err != nil {
		os.Remove(path + ".new")
		return fmt.Errorf("rotate %s: %w", path, err)
	}
	for i := OlderLogs; i > 1; i-- {
		if err := os.Rename(older(path, i-1), older(path, i)); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("rotate: %w", err)
		}
	}
	if err := os.Rename(path+".new", older(path, 1)); err != nil {
		return fmt.Errorf("rotate: %w", err)
	}
	return truncate(log, older(path, 1), copied)
}

func older(path string, n int) string { return fmt.Sprintf("%s.%d", path, n) }

func copyLog(log io.Reader, path string) (int64, error) {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return 0, err // what a rotation that was killed left behind, or a planted link
	}
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	copied, err := io.Copy(to, log)
	if failed := to.Close(); err == nil {
		err = failed
	}
	return copied, err
}

// truncate empties the log after it has copied what came in meanwhile.
func truncate(log *os.File, copy string, copied int64) error {
	to, err := os.OpenFile(copy, os.O_WRONLY|os.O_APPEND|unix.O_NOFOLLOW, 0)
	if err != nil {
		return fmt.Errorf("rotate: %w", err)
	}
	defer to.Close()
	for range wholeTries {
		n, err := io.Copy(to, io.NewSectionReader(log, copied, logLimit))
		if err != nil {
			return fmt.Errorf("rotate: %w", err)
		}
		if copied += n; endsLine(log, copied) {
			break
		}
		time.Sleep(wholePause)
	}
	return log.Truncate(0)
}

// wholeTries and wholePause bound the wait for the rest of a line. A write of one
// becomes visible page by page (ext4), and its writer may have to wait for a
// processor in the middle of it; but it can also have no end.
const (
	wholeTries = 20
	wholePause = time.Millisecond
)

// endsLine reports whether the log has the end of a line before offset end.
func endsLine(log io.ReaderAt, end int64) bool {
	last := make([]byte, 1)
	_, err := log.ReadAt(last, end-1)
	return err != nil || last[0] == '\n'
}
