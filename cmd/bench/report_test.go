package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	begin       = "<!-- x: begin (written by make bench) -->"
	end         = "<!-- x: end -->"
	handwritten = "# Title\n\nbefore\n\n" + begin + "\nold\n" + end + "\n\nafter\n"
)

func TestBetween(t *testing.T) {
	want := strings.Replace(handwritten, "old", "new", 1)
	for name, c := range map[string]struct{ page, want string }{
		"what is around is kept": {handwritten, want},
		"written twice":          {want, want},
		"no markers":             {"# Title\n", ""},
		"no end":                 {begin + "\n", ""},
		"no begin":               {end + "\n", ""},
		"wrong order":            {end + "\n" + begin + "\n", ""},
		"two begins":             {begin + "\n" + handwritten, ""},
		"two ends":               {handwritten + end, ""},
		"another begin":          {handwritten + begin, ""},
	} {
		if got, err := between(c.page, "x", "new\n"); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %v, %q", name, err, got)
		}
	}
}

func TestRefusedPageIsNotChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "PERFORMANCE.md")
	for page, ok := range map[string]bool{handwritten: true, "by hand": false} {
		if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
		err := writeFigures(path, "x", "new")
		text, _ := os.ReadFile(path)
		if (err == nil) != ok || !ok && string(text) != page || ok && !strings.Contains(string(text), "new") {
			t.Errorf("%v: %q", err, text)
		}
	}
}

// TestSectionOfAFailure shows no figure of a measurement that came to no end.
func TestSectionOfAFailure(t *testing.T) {
	s := section{title: "One", rows: []row{{"what", "ms", samples{1}, nil, 10}}, notes: []string{"a note"}}
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, "| what | ms | 1.00 | 1.00 | 1.00 | - | 10 ms | ok |\n\n- a note\n"},
		{errors.New("it\nbroke"), "| what | ms | - | - | - | - | - | not measured |\n\n- a note\n- One: it broke\n"},
	} {
		if text := s.endedBy(c.err).text(); !strings.HasSuffix(text, c.want) {
			t.Errorf("%s\nnot\n%s", text, c.want)
		}
	}
	err := attempt(func() { check(nil); must(1, errors.New("broken")); t.Error("went on") })
	if err == nil || err.Error() != "broken" {
		t.Errorf("attempt returned %v", err)
	}
}
