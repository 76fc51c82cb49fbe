package cmd_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// volatile is what differs from run to run, with what stands for it.
var volatile = []struct {
	pattern *regexp.Regexp
	mask    string
}{
	{regexp.MustCompile(`\b(\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?`), "TIME"},
	{regexp.MustCompile(`\b(pid|group|generation) \d+`), "$1 N"},
	{regexp.MustCompile(`\b(\d+h)?(\d+m)?\d+(\.\d+)?(µs|ms|s)\b`), "DURATION"},
	{regexp.MustCompile(`, version [\d.]+\)`), ")"}, // a fake Temporal has none; TestReadme looks at it
	{regexp.MustCompile(`\b\d+(\.\d+)? [KMG]iB`), "SIZE"},
	{regexp.MustCompile(` {2,}`), "  "},
}

func masked(lines []string) []string {
	var all []string
	for _, line := range lines {
		for _, v := range volatile {
			line = v.pattern.ReplaceAllString(line, v.mask)
		}
		all = append(all, strings.TrimSpace(line))
	}
	return all
}

// passing matches a line of progress: a state that was seen while a command waited.
// Which ones are seen is a matter of moments.
var passing = regexp.MustCompile(`^(Stopped|Locking|Starting|Healthy|Degraded|Restarting|Stopping) {2,}\S`)

// history matches a transition, masked. In which order the kernel tells of a death
// and of the end of the whole tree is a matter of moments as well.
var history = regexp.MustCompile(`^TIME  \w+  \w+  -> \w+ `)

// alike reports whether what was printed is what is said to be: line by line, but
// for what is volatile. A line of dots stands for any number of lines.
func alike(said, printed []string) bool {
	said, saidLoose := sorted(said)
	printed, printedLoose := sorted(printed)
	for _, line := range saidLoose {
		if !slices.Contains(printedLoose, line) {
			return false
		}
	}
	return fits(said, printed)
}

// sorted takes the lines out whose number and order is a matter of moments.
func sorted(lines []string) (firm, loose []string) {
	for i, line := range masked(lines) {
		switch {
		case passing.MatchString(lines[i]):
			// see strangers
		case history.MatchString(line):
			loose = append(loose, line)
		case line != "":
			firm = append(firm, line)
		}
	}
	return firm, loose
}

// strangers are the lines of progress that are said to be printed but were no
// state that was entered, nor printed.
func strangers(said, known []string) []string {
	var strange []string
	known = masked(known)
	for i, line := range masked(said) {
		if passing.MatchString(said[i]) && !slices.Contains(known, line) {
			strange = append(strange, said[i])
		}
	}
	return strange
}

func fits(said, printed []string) bool {
	if len(said) == 0 {
		return len(printed) == 0
	}
	if said[0] != "..." {
		return len(printed) > 0 && said[0] == printed[0] && fits(said[1:], printed[1:])
	}
	for i := range len(printed) + 1 {
		if fits(said[1:], printed[i:]) {
			return true
		}
	}
	return false
}

// keep is how many lines of a list README has room for, by the list's title.
var keep = map[string]int{
	"Evidence, looked at just now and held against the record:": 7,
	"How it came here:":       6,
	"What would happen next:": 2,
}

func shortened(lines []string) []string {
	var short []string
	left := -1
	for _, line := range lines {
		if n, ok := keep[line]; ok {
			left = n
			short = append(short, line)
			continue
		}
		if line == "" {
			left = -1
		}
		if left != 0 {
			short = append(short, line)
		} else if short[len(short)-1] != "  ..." {
			short = append(short, "  ...")
		}
		if left > 0 {
			left--
		}
	}
	return short
}

// TestAlike: what is volatile may differ, and nothing else.
func TestAlike(t *testing.T) {
	said := []string{"Locking      0.0s  asked for", "Started in 0.9s.", "  Temporal   127.0.0.1:7233  (pid 1, version 1.5.1)", "", "List:", "  one  12 KiB", "  ..."}
	same := []string{"Started in 1m2.5s.", "  Temporal   127.0.0.1:7233  (pid 77777, version 1.5.1)", "", "List:", "  one  640.5 MiB", "  two", "  three"}
	if !alike(said, same) {
		t.Error("what is the same is not alike")
	}
	for i, changed := range map[int]string{0: "Failed.", 1: "  Temporal   127.0.0.1:7233  (PID 77777, version 1.5.1)", 4: "  one  640.5 MiB  more"} {
		other := slices.Clone(same)
		other[i] = changed
		if alike(said, other) {
			t.Errorf("%q goes unnoticed", changed)
		}
	}
	if alike(said[:6], same) || alike(append(said, "end"), same) {
		t.Error("lines that are missing or too many go unnoticed")
	}
	if strangers(said, []string{"Locking     12.5s  asked for"}) != nil || strangers(said, []string{"Locking      0.0s  asked"}) == nil {
		t.Error("a line of progress is not held against what was")
	}
	past := "  11-22 15:23:04.336  Stopped  start  -> Locking  nothing runs"
	if !alike([]string{past}, []string{strings.ReplaceAll(past, "15:23", "16:00")}) || alike([]string{past}, []string{strings.ReplaceAll(past, "nothing", "much")}) {
		t.Error("a transition is not told from another")
	}
}
