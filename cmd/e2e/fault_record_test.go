package e2e_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// damage makes of a good record one that cannot be read, or something else in its place.
type damage struct {
	name string
	make func(good []byte) []byte
	// plant puts what is no file there.
	plant func(path, precious string) error
}

func damages() []damage {
	text := func(s string) func([]byte) []byte { return func([]byte) []byte { return []byte(s) } }
	set := func(from, to string) func([]byte) []byte {
		return func(good []byte) []byte {
			if !bytes.Contains(good, []byte(from)) {
				panic("the record has no " + from)
			}
			return bytes.Replace(good, []byte(from), []byte(to), 1)
		}
	}
	return []damage{
		{name: "empty", make: text("")},
		{name: "NULs", make: func(good []byte) []byte { return make([]byte, len(good)) }},
		{name: "NULs at the end", make: func(good []byte) []byte { return append(good[:len(good)/2:len(good)/2], make([]byte, len(good)/2)...) }},
		{name: "one byte", make: text("{")},
		{name: "half", make: func(good []byte) []byte { return good[:len(good)/2] }},
		{name: "without its last brace", make: func(good []byte) []byte { return bytes.TrimRight(good, "}\n") }},
		{name: "twice", make: func(good []byte) []byte { return append(bytes.Clone(good), good...) }},
		{name: "garbage", make: text("\x7fELF\x02\x01\x01\xff\xfe{}")},
		{name: "null", make: text("null")}, {name: "list", make: text("[]")}, {name: "nothing in it", make: text("{}")},
		{name: "deep", make: text(strings.Repeat("[", 1<<20))},
		{name: "huge", make: func(good []byte) []byte { return append(bytes.Clone(good), bytes.Repeat([]byte(" "), 5<<20)...) }},
		{name: "schema is text", make: set(`"schema": 1`, `"schema": "1"`)},
		{name: "schema is old", make: set(`"schema": 1`, `"schema": 0`)},
		{name: "schema is negative", make: set(`"schema": 1`, `"schema": -7`)},
		{name: "state is a number", make: set(`"state": "`, `"state": 7, "was": "`)},
		{name: "state is unknown", make: set(`"state": "`, `"state": "Un`)},
		{name: "settings are null", make: set(`"settings": {`, `"settings": null, "old": {`)},
		{name: "settings are text", make: set(`"settings": {`, `"settings": "x", "old": {`)},
		{name: "history is a number", make: set(`"history": [`, `"history": 3, "old": [`)},
		{name: "temporal is a list", make: set(`"temporal": {`, `"temporal": [], "old": {`)},
		{name: "pid is text", make: set(`"pid": `, `"pid": "1", "old": `)},
		{name: "pid is a fraction", make: set(`"pid": `, `"pid": 1.5, "old": `)},
		{name: "port beyond range", make: set(`"port": `, `"port": 70000, "old": `)},
		{name: "missing", plant: func(string, string) error { return nil }},
		{name: "symlink", plant: func(path, precious string) error { return os.Symlink(precious, path) }},
		{name: "dangling symlink", plant: func(path, _ string) error { return os.Symlink(path+".nothing", path) }},
		{name: "pipe", plant: func(path, _ string) error { return syscall.Mkfifo(path, 0o600) }},
		{name: "folder", plant: func(path, _ string) error { return os.MkdirAll(filepath.Join(path, "full"), 0o700) }},
	}
}

// TestDamagedRecords: a record that cannot be read is reported, set aside as it was
// and made anew from what runs, and no command fails of it. Each
// damage is done in a situation that is drawn, with STIGMER_SOAK in each.
func TestDamagedRecords(t *testing.T) {
	besiege(t, func(h *siege) {
		precious := filepath.Join(h.dir, "precious")
		check(h.t, os.WriteFile(precious, []byte("{}"), 0o600))
		for _, d := range rows(h, damages()) {
			for _, situation := range drawn(h, 1, situations) {
				verb := h.anyVerb()
				name := fmt.Sprintf("%s while %s, then %s", d.name, situation, verb)
				h.t.Log(name)
				temporal := h.bring(situation)
				asides := h.asides()
				before := h.damage(d, precious)
				shown := h.must([]string{"state", "--explain"}, map[string]int{"stopped": 3, "supervised": 0, "orphan": 8}[situation])
				if situation != "supervised" && d.name != "missing" && !strings.Contains(shown.out, "!!  record") {
					h.t.Errorf("%s: not reported: %s", name, shown)
				}
				h.converges(verb)
				if temporal != 0 && (verb == "start" || verb == "state") {
					h.stillNames(temporal, name)
				}
				h.setAside(d, name, before, asides)
				if kept, err := os.ReadFile(precious); err != nil || string(kept) != "{}" {
					h.t.Fatalf("%s: the target of the symlink has %q, %v", name, kept, err)
				}
			}
		}
		h.converges("stop")
	})
}

// damage returns what the record's place has from here on, nil for what is no file.
func (h *siege) damage(d damage, precious string) []byte {
	h.t.Helper()
	path := filepath.Join(h.home, "temporal.state.json")
	good, err := os.ReadFile(path)
	check(h.t, err)
	if d.make != nil {
		bad := d.make(good)
		h.put(path, bad)
		return bad
	}
	check(h.t, os.Remove(path))
	check(h.t, d.plant(path, precious))
	return nil
}

func (h *siege) asides() []string {
	list, err := filepath.Glob(filepath.Join(h.home, "temporal.state.json.corrupt-*"))
	check(h.t, err)
	return list
}

// setAside checks that what was bad was kept as it was, under a new name. The
// oldest ones go when there are too many, so the number says nothing. A supervisor
// may be on its way out without having looked.
func (h *siege) setAside(d damage, name string, before []byte, old []string) {
	h.t.Helper()
	if d.name == "missing" {
		return
	}
	known := map[string]bool{}
	for _, path := range old {
		known[path] = true
	}
	for _, path := range h.asides() {
		if known[path] {
			continue
		}
		if before != nil { // else it is a pipe, a link or a folder
			have, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(have, before) {
				h.t.Errorf("%s: %s has %d bytes, not the %d that were there: %v", name, path, len(have), len(before), err)
			}
		}
		check(h.t, os.RemoveAll(path))
		return
	}
	h.t.Errorf("%s: the record was not set aside", name)
}

// TestNewerRecord: a record of a newer version is left as it is, byte for byte,
// by every command and by a supervisor that lives, while Temporal serves, crashes
// and is adopted. A command that cannot read it says so.
func TestNewerRecord(t *testing.T) {
	besiege(t, func(h *siege) {
		path := filepath.Join(h.home, "temporal.state.json")
		newer := []byte(`{"schema": 99, "state": "Dozing", "supervisor": ["a", "b"], "desired": "running"}` + "\n")
		for _, situation := range situations {
			temporal := h.bring(situation)
			kept, err := os.ReadFile(path)
			check(h.t, err)
			h.put(path, newer)
			same := func(when string) {
				h.t.Helper()
				if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, newer) {
					h.t.Errorf("%s, %s: the newer record was overwritten (%v) by\n%s", situation, when, err, have)
					h.put(path, newer)
				}
			}
			for _, verb := range []string{"state", "start", "restart", "stop"} {
				r := h.run(verb)
				if want := map[bool]int{true: 4, false: 1}[verb == "state"]; r.code != want || !strings.Contains(r.out, "schema 99") {
					h.t.Errorf("%s: not %d and the schema: %s", situation, want, r)
				}
				same(verb)
			}
			if situation == "supervised" {
				h.kill9(temporal)
				if !poll(awaitDefault, func() bool { list := h.temporals(); return len(list) == 1 && list[0] != temporal }) {
					h.t.Errorf("no restart beside a newer record: %v", h.temporals())
				}
				same("a crash and its restart")
			} else if temporal != 0 && !runs(temporal) {
				h.t.Errorf("%s: Temporal was ended by a command that refused", situation)
			}
			if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
				h.t.Fatal("the record is gone")
			}
			h.put(path, kept)
			h.converges("stop")
		}
	})
}
