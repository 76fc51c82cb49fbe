package logs

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Level is how grave a line is. The zero Level is that of a line that says none.
type Level int

// The levels, the gravest last.
const (
	Trace Level = iota + 1
	Debug
	Info
	Warn
	Error
)

// Levels names the levels that can be asked for, the gravest last.
var Levels = []string{"trace", "debug", "info", "warn", "error"}

// ParseLevel reads a level's name in any case. A name that is worse than error,
// as fatal is, counts as Error; one that is not known is the zero Level.
func ParseLevel(name string) Level {
	name = strings.ToLower(name)
	switch name {
	case "warning":
		return Warn
	case "err", "dpanic", "panic", "fatal":
		return Error
	}
	return Level(slices.Index(Levels, name) + 1)
}

// LevelOf is the level that a line itself says.
func LevelOf(line string) Level { return readHead([]byte(line)).level }

// head is what a line says of itself. It is zero for a line that says nothing,
// which goes with the line before: as those of a stack trace.
type head struct {
	at    time.Time
	level Level
}

func (h head) known() bool { return h != head{} }

// undated are the lines that begin something and name no time: what Go's runtime prints when it ends
// a program (runtime/panic.go, runtime/signal_unix.go), and what a Temporal CLI prints beside its
// log, which is in the log of a wrapper.
var undated = []struct {
	begins string
	level  Level
}{
	{"panic: ", Error}, {"fatal error: ", Error}, {"runtime: ", Error}, {"unexpected fault address ", Error},
	{"SIGQUIT: ", Error}, {"SIGABRT: ", Error}, {"SIGSEGV: ", Error}, {"SIGBUS: ", Error}, {"SIGILL: ", Error}, {"SIGFPE: ", Error}, {"SIGTRAP: ", Error},
	{"Error: ", Error}, {"CLI ", Info}, {"Temporal CLI ", Info}, {"Stopping server...", Info},
}

// readHead reads the forms that our logs have: Temporal's time=... level=...,
// hclog's time and [LEVEL], the JSON of either, and undated.
func readHead(line []byte) head {
	switch {
	case len(line) == 0:
		return head{}
	case line[0] == '{':
		return jsonHead(line)
	case line[0] >= '0' && line[0] <= '9':
		return plainHead(line)
	}
	for _, u := range undated {
		if bytes.HasPrefix(line, []byte(u.begins)) {
			return head{level: u.level}
		}
	}
	return pairHead(line)
}

// pairHead reads pairs up to the first that is neither time nor level.
func pairHead(line []byte) (h head) {
	for len(line) > 0 {
		pair, rest, _ := bytes.Cut(line, []byte{' '})
		key, value, ok := strings.Cut(string(pair), "=")
		switch value = strings.Trim(value, `"`); {
		case ok && (key == "time" || key == "ts"):
			h.at = readTime(value)
		case ok && (key == "level" || key == "lvl"):
			h.level = ParseLevel(value)
		default:
			return h
		}
		line = rest
	}
	return h
}

// plainHead reads hclog's "2006-01-02T15:04:05.000Z [INFO]  supervisor: ...".
func plainHead(line []byte) (h head) {
	stamp, rest, _ := bytes.Cut(line, []byte{' '})
	if h.at = readTime(string(stamp)); h.at.IsZero() {
		return head{}
	}
	if word, _, ok := bytes.Cut(rest, []byte{']'}); ok && bytes.HasPrefix(word, []byte{'['}) {
		h.level = ParseLevel(string(word[1:]))
	}
	return h
}

// jsonKeys are the keys of a time and of a level, of slog, zap and hclog.
var jsonKeys = struct{ times, levels []string }{[]string{"time", "ts", "@timestamp"}, []string{"level", "@level"}}

// jsonHead reads a line of JSON up to where it has said both. What follows, which may be anything
// that is logged, has no say, nor need it be whole.
func jsonHead(line []byte) (h head) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	if _, err := decoder.Token(); err != nil {
		return head{}
	}
	for h.at.IsZero() || h.level == 0 {
		key, err := decoder.Token()
		var value any
		if err != nil || decoder.Decode(&value) != nil {
			break
		}
		name, _ := key.(string)
		switch text, _ := value.(string); {
		case h.at.IsZero() && slices.Contains(jsonKeys.times, name):
			h.at = readTime(text)
		case h.level == 0 && slices.Contains(jsonKeys.levels, name):
			h.level = ParseLevel(text)
		}
	}
	return h
}

// readTime is zero for what is no time. One without a zone is UTC: Temporal writes
// such, and package actions starts it with TZ=UTC, so that it does not matter in which
// zone it is read. Fractions of a second are read in every form.
//
// What another Temporal wrote is off by its zone. Nothing in a line names the zone, and a guess,
// by the time of the file or the zone of the reader, would at times be wrong also for the lines
// that are right now.
func readTime(text string) time.Time {
	if len(text) < len("2006-01-02T15:04:05") {
		return time.Time{}
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at
		}
	}
	return time.Time{}
}
