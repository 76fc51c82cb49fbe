package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const handwritten = "# Title\n\nbefore\n\n" + beginFigures + "\nold figures\n" + endFigures + "\n\nafter\n"

func TestBetweenKeepsWhatIsAround(t *testing.T) {
	page, err := between(handwritten, "new figures\n")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(handwritten, "old figures", "new figures", 1)
	if page != want {
		t.Errorf("have:\n%s\nwant:\n%s", page, want)
	}
	if again, err := between(page, "new figures\n"); err != nil || again != page {
		t.Errorf("writing the same twice changes the page (%v):\n%s", err, again)
	}
}

func TestBetweenRefusesAPageWithoutPlace(t *testing.T) {
	for name, page := range map[string]string{
		"no markers":    "# Title\n",
		"no end":        beginFigures + "\n",
		"no begin":      endFigures + "\n",
		"wrong order":   endFigures + "\n" + beginFigures + "\n",
		"two begins":    beginFigures + "\n" + handwritten,
		"two ends":      handwritten + endFigures,
		"another begin": handwritten + beginFigures,
	} {
		if written, err := between(page, "new"); err == nil {
			t.Errorf("%s: was written to:\n%s", name, written)
		}
	}
}

func TestWriteFigures(t *testing.T) {
	path := filepath.Join(t.TempDir(), "PERFORMANCE.md")
	for _, text := range []string{"first", "second"} { // the first makes the page
		if err := writeFigures(path, text); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(page), "second") || strings.Contains(string(page), "first") {
		t.Errorf("%v:\n%s", err, page)
	}
	if err := os.WriteFile(path, []byte("by hand"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeFigures(path, "third"); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a page without a place was accepted: %v", err)
	}
	if page, err := os.ReadFile(path); err != nil || string(page) != "by hand" {
		t.Errorf("a refused page was changed: %v %q", err, page)
	}
}

func TestFiguresNameWhatIsMissing(t *testing.T) {
	sections := []section{
		{title: "One", rows: []row{{what: "good", unit: "ms", figures: samples{1}}}, notes: []string{"a note"}, absent: []string{"Not found: x"}},
		{title: "Two", rows: []row{{what: "bad", unit: "ms", trouble: "it\nbroke"}}},
	}
	text := figuresText([]string{"Machine: this"}, sections)
	for _, want := range []string{"- Machine: this\n", "## One\n", "| good | ms |", "- a note\n", "- Not found: x\n", "- bad: it broke\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
	if list := troubles(sections); len(list) != 1 {
		t.Errorf("troubles: %q", list)
	}
}
