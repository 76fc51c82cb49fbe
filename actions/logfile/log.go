package logfile

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/stigmer/local/statefile"
	"golang.org/x/sys/unix"
)

// Tail limits: what is kept of Temporal's last words.
const (
	tailBytes = 16 << 10
	tailLines = 12
	lineRunes = 400
)

// Open opens a log for appending, 0600, never through a symlink. Appending
// lets Temporal write on after its supervisor has exited, and lets the file be
// truncated under it. It is open for reading as well: the log keeper rotates the file that
// is open, whatever its path leads to by then.
func Open(path string) (*os.File, error) {
	const flags = os.O_RDWR | os.O_APPEND | os.O_CREATE | unix.O_CLOEXEC | unix.O_NOFOLLOW | unix.O_NONBLOCK
	file, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		file.Close()
		return nil, fmt.Errorf("open log: %s is not a file", path)
	}
	return file, nil
}

// Size is the size in bytes of the file that a path leads to, 0 where there is none.
func Size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// Tail returns the last lines of a log that were written after offset, or the first
// of a crash that ends it, without control characters. It is for people: what cannot
// be read is empty.
func Tail(path string, offset int64) string {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0) // a pipe there must not be waited for
	if err != nil {
		return ""
	}
	defer file.Close()
	end := Size(path)
	if offset > end {
		offset = 0 // it was truncated meanwhile
	}
	data, err := io.ReadAll(io.NewSectionReader(file, max(offset, end-tailBytes), tailBytes))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	if traceEnd().MatchString(lines[len(lines)-1]) {
		if report := crash(file, offset, end); report != "" {
			return report
		}
	}
	return people(lines[max(0, len(lines)-tailLines):])
}

// people joins lines of a log for people.
func people(lines []string) string {
	var text strings.Builder
	for i, line := range lines {
		if i > 0 {
			text.WriteByte('\n')
		}
		text.WriteString(printable(line))
	}
	return text.String()
}

// Printable is a line without what could do more to a terminal than print on it.
func Printable(line string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, line)
}

// printable cuts a long line in its middle: it says when and what at its beginning,
// and at its end, behind all that was being done, why.
func printable(line string) string {
	runes := []rune(Printable(line))
	if len(runes) <= lineRunes {
		return string(runes)
	}
	const kept = lineRunes - 1
	return string(runes[:kept/2]) + "…" + string(runes[len(runes)-(kept-kept/2):])
}

// OpenSupervisor opens the home's supervisor.log, which is made if it is not there,
// to be appended to: the driver of the home rotates it by truncation.
func OpenSupervisor(home statefile.Home) (*os.File, error) {
	return Open(home.SupervisorLog())
}
