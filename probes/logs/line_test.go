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
		`time=2026-11-25T21:39:27.259 level=WARN msg="Failed to poll for task." service=worker`:          {utc, Warn},
		`level=ERROR time=2026-11-25T21:39:27.259 msg=x`:                                                 {utc, Error},
		`level=error msg="no time" time=2026-11-25T21:39:27.259`:                                         {time.Time{}, Error},
		`time=2026-11-25T21:39:27.259Z level=INFO msg=x`:                                                 {utc, Info},
		`time="2026-11-25T21:39:27.259Z" level="DEBUG" msg=x`:                                            {utc, Debug},
		`2026-11-25T21:39:27.259Z [INFO]  supervisor: transition: from=Stopped`:                          {utc, Info},
		`2026-11-25T16:39:27.259-0500 [ERROR] supervisor: x`:                                             {utc, Error},
		`{"time":"2026-11-25T21:39:27.259Z","level":"INFO","msg":"x"}`:                                   {utc, Info},
		`{"@level":"warn","@message":"x","@timestamp":"2026-11-25T21:39:27.259000Z"}`:                    {utc, Warn},
		`{"time":"2026-11-25T21:39:27.259133Z","level":"ERROR","msg":"x","level":{"deep":[1]},"time":5}`: {utc.Add(133e3), Error},
		`{"level":"warn","ts":"2026-11-25T21:39:27.259Z","logger":"x","msg":"cut of`:                     {utc, Warn},
		`{"a":{"level":"error"},"time":"2026-11-25T21:39:27.259Z"}`:                                      {utc, 0},
		`{"Level":"error","TIME":5}`:                                                                     {},
		"panic: runtime error: invalid memory address or nil pointer dereference":                        {time.Time{}, Error},
		"fatal error: all goroutines are asleep - deadlock!":                                             {time.Time{}, Error},
		"SIGQUIT: quit": {time.Time{}, Error},
		"Error: failed unmarshalling env YAML: yaml: line 1": {time.Time{}, Error},
		"CLI 0.0.0-DEV (Server 1.29.1, UI 2.42.1)":           {time.Time{}, Info},
		"Temporal CLI 1.8.2 (Server 1.31.2, UI 2.50.1)":      {time.Time{}, Info},
		"Temporal Server:      localhost:7233":               {},
		"":                                                   {},
		"Server:  localhost:27233":                           {},
		"goroutine 1 [running]:":                             {},
		"2026 was a year":                                    {},
		"2026-11-25 is a day [INFO]":                         {},
		"\tat level=ERROR":                                   {},
		"{not json":                                          {},
		`{"time":5}`:                                         {},
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
