package logs

import (
	"testing"
	"time"
)

// A time is the same wherever it is read, also where it names no zone.
func TestReadHead(t *testing.T) {
	local := time.Local
	time.Local = time.FixedZone("west", -5*3600)
	defer func() { time.Local = local }()
	utc := time.Date(2026, 11, 25, 21, 39, 27, 259e6, time.UTC)
	for line, want := range map[string]head{
		`time=2026-11-25T21:39:27.259 level=WARN msg="Failed to poll for task." service=worker`: {utc, Warn},
		`level=ERROR time=2026-11-25T21:39:27.259 msg=x`:                                        {utc, Error},
		`level=error msg="no time" time=2026-11-25T21:39:27.259`:                                {time.Time{}, Error},
		`time=2026-11-25T21:39:27.259Z level=INFO msg=x`:                                        {utc, Info},
		`time="2026-11-25T21:39:27.259Z" level="DEBUG" msg=x`:                                   {utc, Debug},
		`2026-11-25T21:39:27.259Z [INFO]  supervisor: transition: from=Stopped`:                 {utc, Info},
		`2026-11-25T16:39:27.259-0500 [ERROR] supervisor: x`:                                    {utc, Error},
		`{"time":"2026-11-25T21:39:27.259Z","level":"INFO","msg":"x"}`:                          {utc, Info},
		`{"@level":"warn","@message":"x","@timestamp":"2026-11-25T21:39:27.259000Z"}`:           {utc, Warn},
		"":                           {},
		"CLI 0.0.0-DEV (Server":      {},
		"Server:  localhost:27233":   {},
		"goroutine 1 [running]:":     {},
		"2026 was a year":            {},
		"2026-11-25 is a day [INFO]": {},
		"\tat level=ERROR":           {},
		"{not json":                  {},
		`{"time":5}`:                 {},
		"panic: level=ERROR":         {},
	} {
		have := readHead([]byte(line))
		if !have.at.Equal(want.at) || have.level != want.level {
			t.Errorf("%s\n have %v\n want %v", line, have, want)
		}
	}
}

func TestParseLevel(t *testing.T) {
	for name, want := range map[string]Level{
		"trace": Trace, "Debug": Debug, "INFO": Info, "warn": Warn, "WARNING": Warn, "error": Error,
		"FATAL": Error, "panic": Error, "": 0, "loud": 0,
	} {
		if have := ParseLevel(name); have != want {
			t.Errorf("%q is %d, not %d", name, have, want)
		}
	}
}
