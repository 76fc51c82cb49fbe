package statefile

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// PIDFile is the content of temporal.pid: three lines for people and old
// scripts. Nothing decides by it.
type PIDFile struct {
	PID     int
	Command string
	// StartedAt is kept to the second; zero where the file does not say.
	StartedAt time.Time
}

// WritePID replaces the PID file, mode 0600. It is not synced to survive a power
// cut: the PID would mean nothing after it.
func WritePID(path string, p PIDFile) error {
	if p.PID <= 0 {
		return fmt.Errorf("write %s: pid %d", path, p.PID)
	}
	command := strings.Join(strings.Fields(p.Command), " ")
	text := fmt.Sprintf("%d\n%s\n%s\n", p.PID, command, p.StartedAt.UTC().Format(time.RFC3339))
	if _, err := put(path, []byte(text)); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// ReadPID reads a PID file: ours, the predecessor's (the third line is in Unix
// seconds) or one of a PID alone. The error wraps fs.ErrNotExist, SymlinkError,
// CorruptError or the system's.
func ReadPID(path string) (PIDFile, error) {
	data, err := slurp(path)
	if err != nil {
		return PIDFile{}, fmt.Errorf("read %s: %w", path, err)
	}
	p, err := parsePID(string(data))
	if err != nil {
		return PIDFile{}, fmt.Errorf("read %s: %w", path, err)
	}
	return p, nil
}

// RemovePID removes the PID file; that it is missing is no error.
func RemovePID(path string) error { return remove(path) }

func parsePID(text string) (PIDFile, error) {
	lines := strings.Split(strings.TrimRight(text, "\r\n \t"), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	if len(lines) > 3 {
		return PIDFile{}, CorruptError{Reason: "more than three lines"}
	}
	pid, err := strconv.ParseInt(lines[0], 10, 32)
	if err != nil || pid <= 0 {
		return PIDFile{}, CorruptError{Reason: fmt.Sprintf("%.40q is no pid", lines[0])}
	}
	p := PIDFile{PID: int(pid)}
	if len(lines) > 1 {
		p.Command = lines[1]
	}
	if len(lines) > 2 {
		p.StartedAt, err = parseTime(lines[2])
	}
	return p, err
}

func parseTime(text string) (time.Time, error) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0).UTC(), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, CorruptError{Reason: fmt.Sprintf("%.40q is no time", text)}
	}
	return at.UTC(), nil
}
