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
// which goes with the line before: a banner, or a stack trace.
type head struct {
	at    time.Time
	level Level
}

func (h head) known() bool { return h != head{} }

// readHead reads the forms that our logs have: Temporal's time=... level=...,
// hclog's time and [LEVEL], and the JSON of either.
func readHead(line []byte) head {
	switch {
	case len(line) == 0:
		return head{}
	case line[0] == '{':
		return jsonHead(line)
	case line[0] >= '0' && line[0] <= '9':
		return plainHead(line)
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

func jsonHead(line []byte) (h head) {
	var fields struct {
		Time, TS, Level string
		HCTime          string `json:"@timestamp"`
		HCLevel         string `json:"@level"`
	}
	if json.Unmarshal(line, &fields) != nil {
		return head{}
	}
	for _, text := range []string{fields.Time, fields.TS, fields.HCTime} {
		if at := readTime(text); !at.IsZero() {
			h.at = at
		}
	}
	h.level = max(ParseLevel(fields.Level), ParseLevel(fields.HCLevel))
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
