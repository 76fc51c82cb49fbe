package statefile

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stigmer/local/fsm"
)

func TestPIDFile(t *testing.T) {
	home := newHome(t)
	withUmask(t, 0)
	want := PIDFile{PID: 4107, Command: "/opt/temporal server start-dev", StartedAt: time.Unix(1_767_225_600, 0).UTC()}
	given := want
	given.Command = "/opt/temporal\nserver\tstart-dev" // a command of several lines stays on its line
	given.StartedAt = want.StartedAt.Add(5 * time.Millisecond).In(time.FixedZone("east", 3600))
	check(t, WritePID(home.PID(), given))
	wantMode(t, home.PID(), 0o600)
	text, _ := os.ReadFile(home.PID())
	if got := string(text); got != "4107\n/opt/temporal server start-dev\n2026-01-01T00:00:00Z\n" {
		t.Errorf("wrote %q", got)
	}
	if got, err := ReadPID(home.PID()); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	for range 2 {
		if err := RemovePID(home.PID()); err != nil {
			t.Error(err)
		}
	}
	if _, err := ReadPID(home.PID()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed: %v", err)
	}
	if err := WritePID(home.PID(), PIDFile{PID: 0}); err == nil {
		t.Error("pid 0 was written")
	}
}

func TestReadPIDOfOthers(t *testing.T) {
	home := newHome(t)
	for text, want := range map[string]PIDFile{
		"812":                                  {PID: 812},
		"812\n":                                {PID: 812},
		" 812 \r\n":                            {PID: 812},
		"812\ntemporal":                        {PID: 812, Command: "temporal"},
		"812\ntemporal\n1767225600\n":          {PID: 812, Command: "temporal", StartedAt: time.Unix(1_767_225_600, 0).UTC()},
		"812\n\n2026-01-01T01:00:00+01:00\n\n": {PID: 812, StartedAt: time.Unix(1_767_225_600, 0).UTC()},
	} {
		write(t, home.PID(), text)
		if got, err := ReadPID(home.PID()); err != nil || got != want {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "\n", "\n812", "x", "812 temporal", "-1", "0", "812.5", "99999999999", "812\na\nyesterday",
		"812\na\n1\nb", "\x00\x00", "812\n" + strings.Repeat(" ", sizeLimit)} {
		write(t, home.PID(), text)
		if got, err := ReadPID(home.PID()); !errors.As(err, new(CorruptError)) || got != (PIDFile{}) {
			t.Errorf("%.40q: got %+v, %v", text, got, err)
		}
	}
}

func TestRequest(t *testing.T) {
	path := newHome(t).Request()
	withUmask(t, 0)
	if _, err := ReadRequest(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	want := Request{Verb: VerbStop, GraceMS: 0, Now: true, At: 5, From: fsm.Process{PID: 7, StartTicks: 1}, For: sample().Supervisor}
	check(t, WriteRequest(path, want))
	wantMode(t, path, 0o600)
	want.Schema = Schema
	if got, err := ReadRequest(path); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, r := range []Request{{}, {Verb: "dance"}, {Verb: VerbStop, GraceMS: -1}} {
		if err := WriteRequest(path, r); err == nil {
			t.Errorf("%+v was written", r)
		}
	}
	for _, text := range []string{"", "{}", "null", `{"schema": 1}`, `{"schema": 1, "verb": "dance"}`, `{"schema": 1, "verb": "stop"`,
		`{"schema": 1, "verb": "stop", "grace_ms": -1}`, `{"schema": 1, "verb": "stop", "grace_ms": "10s"}`, "\x00"} {
		write(t, path, text)
		if _, err := ReadRequest(path); !errors.As(err, new(CorruptError)) {
			t.Errorf("%q: %v", text, err)
		}
	}
	write(t, path, `{"schema": 2, "verb": ["stop"]}`)
	if _, err := ReadRequest(path); !errors.As(err, new(NewerError)) {
		t.Errorf("newer: %v", err)
	}
}
