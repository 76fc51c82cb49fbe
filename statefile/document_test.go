package statefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stigmer/local/fsm"
)

func encoded(t testing.TB) string {
	t.Helper()
	data, err := Encode(sample())
	check(t, err)
	return string(data)
}

// A difference here is a change of the format: if an older version would misread
// it, Schema must grow. Then run with -update.
func TestGolden(t *testing.T) {
	request, err := marshal(Request{Schema: Schema, Verb: VerbStop, GraceMS: 10_000, At: 1_767_225_700_000,
		From: fsm.Process{PID: 5001, StartTicks: 99_000, Boot: "b"}, For: sample().Supervisor})
	check(t, err)
	for path, got := range map[string]string{
		"testdata/record.golden.json":  encoded(t),
		"testdata/request.golden.json": string(request),
	} {
		if *update {
			write(t, path, got)
		}
		want, err := os.ReadFile(path)
		check(t, err)
		if got != string(want) {
			t.Errorf("%s differs; got\n%s", path, got)
		}
	}
}

// bad are contents that must not be taken for a record.
func bad(t testing.TB) map[string]string {
	good := encoded(t)
	change := func(from, to string) string {
		changed := strings.Replace(good, from, to, 1)
		if changed == good {
			t.Fatalf("the sample has no %q", from)
		}
		return changed
	}
	return map[string]string{
		"empty":               "",
		"one space":           " ",
		"NULs":                strings.Repeat("\x00", 4096),
		"NULs after it":       good + "\x00\x00",
		"half":                good[:len(good)/2],
		"all but a byte":      strings.TrimRight(good, "}\n"),
		"twice":               good + good,
		"trailing word":       good + "x",
		"byte order mark":     "\ufeff" + good,
		"null":                "null",
		"array":               "[1]",
		"number":              "1",
		"no schema":           "{}",
		"null schema":         change(`"schema": 1`, `"schema": null`),
		"schema 0":            change(`"schema": 1`, `"schema": 0`),
		"schema -1":           change(`"schema": 1`, `"schema": -1`),
		"schema 1.5":          change(`"schema": 1`, `"schema": 1.5`),
		"schema as text":      change(`"schema": 1`, `"schema": "1"`),
		"schema out of range": change(`"schema": 1`, `"schema": 1e30`),
		"schema alone":        `{"schema": 1}`,
		"unknown state":       change(`"state": "Healthy"`, `"state": "Fine"`),
		"state in lower case": change(`"state": "Healthy"`, `"state": "healthy"`),
		"null state":          change(`"state": "Healthy"`, `"state": null`),
		"no state":            change(`"state": "Healthy"`, `"states": "Healthy"`),
		"unknown wish":        change(`"desired": "running"`, `"desired": "maybe"`),
		"pid as text":         change(`"pid": 4107`, `"pid": "4107"`),
		"pid out of range":    change(`"pid": 4107`, `"pid": 99999999999999999999`),
		"history as object":   change(`"history": [`, `"history": {}, "x": [`),
		"temporal as list":    change(`"temporal": {`, `"temporal": [], "x": {`),
		"deeply nested":       strings.Repeat("[", 100_000),
		"over 4 MiB":          good + strings.Repeat(" ", sizeLimit),
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, text := range bad(t) {
		d, err := Decode([]byte(text))
		corrupt, ok := errors.AsType[CorruptError](err)
		if !ok || corrupt.Reason == "" {
			t.Errorf("%s: got error %v, want a CorruptError with a reason", name, err)
		}
		if !reflect.DeepEqual(d, Document{}) {
			t.Errorf("%s: a document came with the error", name)
		}
		if len(corrupt.Reason) > 300 {
			t.Errorf("%s: the reason has %d bytes", name, len(corrupt.Reason))
		}
	}
}

// Whatever else a newer schema has changed, it is refused as newer, not set aside as damaged.
func TestDecodeNewer(t *testing.T) {
	for _, text := range []string{
		strings.Replace(encoded(t), `"schema": 1`, `"schema": 2`, 1),
		`{"schema": 2}`,
		`{"state": {"name": "Dreaming"}, "history": 3, "schema": 2}`,
	} {
		_, err := Decode([]byte(text))
		newer, ok := errors.AsType[NewerError](err)
		if !ok || newer.Schema != 2 {
			t.Errorf("%.60s: got %v, want NewerError{2}", text, err)
		}
	}
}

func TestDecodeTolerates(t *testing.T) {
	text := encoded(t)
	text = strings.Replace(text, `"pid": 4107`, `"pid": -1`, 1)
	text = strings.Replace(text, `"schema": 1`, `"schema": 1, "mood": {"a": [1, 2]}`, 1)
	d, err := Decode([]byte(text))
	check(t, err)
	if d.Temporal.PID != -1 {
		t.Errorf("pid %d: whether to believe it is not Decode's to say", d.Temporal.PID)
	}
}

// An address that an older version kept as it was given is spelled as it is now.
func TestDecodeSpellsAddresses(t *testing.T) {
	for given, want := range map[string]string{"0:0:0:0:0:0:0:1": "::1", "::ffff:127.0.0.1": "127.0.0.1", "localhost": "localhost"} {
		d := sample()
		d.Settings.IP = given
		data, err := Encode(d)
		check(t, err)
		if d, err = Decode(data); err != nil || d.Settings.IP != want {
			t.Errorf("%s: %s, %v", given, d.Settings.IP, err)
		}
	}
}

func TestEncodeRefusesWhatDecodeWould(t *testing.T) {
	for _, d := range []Document{{}, {Record: fsm.Record{State: fsm.Healthy}}, {Record: fsm.Record{Desired: fsm.WantStopped}}} {
		if data, err := Encode(d); err == nil {
			t.Errorf("%+v was encoded: %s", d, data)
		}
	}
	d := sample()
	d.Settings.DB = strings.Repeat("x", sizeLimit)
	if _, err := Encode(d); err == nil {
		t.Error("a record over the limit was encoded")
	}
}

func TestHistoryIsBounded(t *testing.T) {
	d := sample()
	for i := range 3 * HistoryLimit {
		d = d.Add(fsm.Transition{At: fsm.Instant(i)})
	}
	if n := len(d.History); n != HistoryLimit || d.History[n-1].At != 3*HistoryLimit-1 {
		t.Errorf("%d transitions, the last at %d", n, d.History[n-1].At)
	}
	d.History = make([]fsm.Transition, 1, 10)
	one, two := d.Add(fsm.Transition{At: 1}), d.Add(fsm.Transition{At: 2})
	if one.History[1].At != 1 || two.History[1].At != 2 || len(d.History) != 1 {
		t.Error("documents share a history")
	}
	d.History = make([]fsm.Transition, HistoryLimit+50)
	data, err := Encode(d)
	check(t, err)
	if got, _ := Decode(data); len(got.History) != HistoryLimit {
		t.Errorf("%d transitions on disk", len(got.History))
	}
}

// No output of Temporal, however long or strange, makes the record unwritable.
func TestEncodeCutsTexts(t *testing.T) {
	for _, unit := range []string{"\x01", "\xff", "\u2028", "日", "<"} {
		long := strings.Repeat(unit, 2*tailLimit)
		d := sample()
		d.Reason, d.Failure.Reason, d.Failure.LogTail = long, long, long+"the end"
		d.Environment.Lent = fsm.Texts(strings.Repeat(unit, (128<<10)/len(unit))) // as much as environment.Limit allows
		for range HistoryLimit {
			d = d.Add(fsm.Transition{Cause: long})
		}
		data, err := Encode(d)
		if err != nil {
			t.Fatalf("%q: %v", unit, err)
		}
		got, err := Decode(data)
		if err != nil {
			t.Fatalf("%q: %v", unit, err)
		}
		if len(got.Failure.LogTail) > tailLimit || !strings.HasSuffix(got.Failure.LogTail, "the end") {
			t.Errorf("%q: the tail has %d bytes and lost its end", unit, len(got.Failure.LogTail))
		}
		if again, _ := Encode(got); !bytes.Equal(again, data) {
			t.Errorf("%q: encoding again gives something else", unit)
		}
	}
}

func TestCutsBetweenCharacters(t *testing.T) {
	for shift := range 4 {
		text := strings.Repeat("a", shift) + strings.Repeat("日", tailLimit) + strings.Repeat("z", shift)
		for _, got := range []string{head(text), tail(text)} {
			if !utf8.ValidString(got) || len(got) < sentenceLimit-3 {
				t.Errorf("shift %d: cut to %d bytes, valid %v", shift, len(got), utf8.ValidString(got))
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(encoded(f)))
	for _, text := range bad(f) {
		if len(text) < 1<<16 {
			f.Add([]byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Decode(data)
		if err != nil {
			_, corrupt := errors.AsType[CorruptError](err)
			if _, newer := errors.AsType[NewerError](err); !corrupt && !newer {
				t.Fatalf("an error of no known type: %v", err)
			}
			return
		}
		once, err := Encode(d)
		if err != nil {
			t.Fatalf("what was decoded cannot be encoded: %v", err)
		}
		back, err := Decode(once)
		if err != nil {
			t.Fatalf("what was encoded cannot be decoded: %v", err)
		}
		twice, err := Encode(back)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("encoding twice differs (%v):\n%s\n%s", err, once, twice)
		}
	})
}

// What we write is known by its head; a later schema further down is seen all the same.
func TestOwnHead(t *testing.T) {
	data, err := Encode(sample())
	if err != nil || !bytes.HasPrefix(data, ownHead) {
		t.Fatalf("encoded: %.40q, %v", data, err)
	}
	twice := append(bytes.TrimSuffix(data, []byte("\n}\n")), []byte(",\n  \"schema\": 2\n}\n")...)
	if !json.Valid(twice) {
		t.Fatalf("not JSON: %s", twice)
	}
	if _, err := Decode(twice); !errors.As(err, new(NewerError)) {
		t.Errorf("with a later schema at its end: %v", err)
	}
}
