package logfile

import (
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
)

// crashBytes is how far back the beginning of a crash's report is searched for: the
// traces of all goroutines of a Temporal come after it.
const crashBytes = 1 << 20

// traceEnd is the last line of the report of a Go program that crashed: a place in
// its code or, after a signal, a register.
// Compiled when a Temporal has ended, and not in every command.
var traceEnd = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\t.+:\d+( \+0x[0-9a-f]+)?.*|\w+ +0x[0-9a-f]+)$`)
})

// crash returns the beginning of the report of a Go program that crashed and wrote nothing after
// it. That says why it crashed, which its last lines do not. It is empty if the log has no such
// beginning. Only a log whose last line is traceEnd is searched: to read back so far takes time,
// of which a restart has none.
func crash(log *os.File, offset, end int64) string {
	from := max(offset, end-crashBytes)
	data, err := io.ReadAll(io.NewSectionReader(log, from, end-from))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if !strings.HasPrefix(lines[i], "fatal error: ") && !strings.HasPrefix(lines[i], "panic: ") {
			continue
		}
		first := i // what the runtime says before it gives up
		for first > 0 && i-first < tailLines/2 && strings.HasPrefix(lines[first-1], "runtime: ") {
			first--
		}
		return people(lines[first:min(first+tailLines, len(lines))])
	}
	return ""
}
