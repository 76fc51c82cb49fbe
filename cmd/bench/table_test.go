package main

import (
	"strings"
	"testing"
)

func TestVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		r                   row
		ratio, limit, label string
	}{
		"ratio within": {row{unit: "ms", figures: samples{110}, bare: samples{100}, budget: 1.10}, "1.100", "x 1.10", "ok"},
		"ratio beyond": {row{unit: "ms", figures: samples{116}, bare: samples{100}, budget: 1.15}, "1.160", "x 1.15", "MISSED"},
		"time within":  {row{unit: "ms", figures: samples{9, 10, 99}, budget: 10}, "-", "10 ms", "ok"},
		"time beyond":  {row{unit: "ms", figures: samples{1, 11, 99}, budget: 10}, "-", "10 ms", "MISSED"},
		"small budget": {row{unit: "%", figures: samples{0.2}, budget: 0.1}, "-", "0.1 %", "MISSED"},
		"no budget":    {row{unit: "ms", figures: samples{5}}, "-", "-", ""},
		"trouble":      {row{unit: "ms", figures: samples{1}, budget: 10, trouble: "it broke"}, "-", "10 ms", "not measured"},
		"nothing":      {row{unit: "ms", budget: 10}, "-", "10 ms", "not measured"},
	} {
		cells := c.r.cells()
		if len(cells) != len(heads) {
			t.Fatalf("%s: %d cells under %d heads", name, len(cells), len(heads))
		}
		if cells[5] != c.ratio || cells[6] != c.limit || cells[7] != c.label {
			t.Errorf("%s: ratio %q, budget %q, %q", name, cells[5], cells[6], cells[7])
		}
	}
}

func TestDigits(t *testing.T) {
	for have, want := range map[float64]string{0: "0.00", 0.125: "0.12", 9.876: "9.88", 12.34: "12.3", 1234.5: "1234", -12.34: "-12.3"} {
		if got := digits(have); got != want {
			t.Errorf("%v is shown as %q, want %q", have, got, want)
		}
	}
}

func TestPrintTableAlignsColumns(t *testing.T) {
	var out strings.Builder
	rows := []row{{what: "a", unit: "ms", figures: samples{1}}, {what: "a longer name", unit: "ms", figures: samples{1234}}}
	if err := printTable(&out, rows); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines:\n%s", len(lines), out.String())
	}
	for _, line := range lines[1:] {
		if strings.Index(line, "ms") != strings.Index(lines[0], "unit") {
			t.Errorf("the columns do not stand below each other:\n%s", out.String())
		}
	}
}

func TestMarkdownKeepsItsColumns(t *testing.T) {
	var out strings.Builder
	markdown(&out, []row{{what: "a | b", unit: "ms", figures: samples{1}}})
	for line := range strings.Lines(out.String()) {
		if n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); n != len(heads)+1 {
			t.Errorf("%d bars for %d columns: %s", n, len(heads), line)
		}
	}
}
