package e2e_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// volatile is what differs from run to run, with the mask that stands for it.
var volatile = []struct {
	pattern *regexp.Regexp
	mask    string
}{
	{regexp.MustCompile(`\b(\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?`), "TIME"},
	{regexp.MustCompile(`\b(pid|group|generation) \d+`), "$1 N"},
	{regexp.MustCompile(`\b(\d+h)?(\d+m)?\d+(\.\d+)?(µs|ms|s)\b`), "DURATION"},
	{regexp.MustCompile(`^  (HTTP|Metrics) +http://127\.0\.0\.1:\d+`), "$1 PORT"},
	{regexp.MustCompile(`\S*/stigmer-(run|kept)-\d+-[0-9a-f]+`), "$1 HOME"},
	{regexp.MustCompile(`\b(time|address|wf-id)=\S+`), "$1 VALUE"}, // of Temporal's log
	{regexp.MustCompile(`(SERVING), but it is slow: .*`), "$1"},    // a busy machine
	{regexp.MustCompile(`, version [\d.]+\)`), ")"},                // a fake Temporal has none; TestReadme checks it
	{regexp.MustCompile(` {2,}`), "  "},
}

func masked(line string) string {
	for _, v := range volatile {
		line = v.pattern.ReplaceAllString(line, v.mask)
	}
	return strings.TrimSpace(line)
}

// notPrinted returns the lines that a page shows and that were not printed. Order and
// further lines do not count: which states a waiting command sees, and in which order
// the kernel reports a death and the end of the tree, is a matter of moments.
func notPrinted(shown, printed []string) []string {
	known := []string{"", "..."}
	for _, line := range printed {
		known = append(known, masked(line))
	}
	return slices.DeleteFunc(slices.Clone(shown), func(line string) bool { return slices.Contains(known, masked(line)) })
}

func TestNotPrinted(t *testing.T) {
	printed := []string{"Started in 1m2.5s.", "  ok  health  SERVING, but it is slow: all that was asked took 548ms", "  Temporal   127.0.0.1:7233  (pid 77777)", "", "  11-22 15:23:04.336  Stopped  start  -> Locking"}
	same := []string{"  Temporal   127.0.0.1:7233  (pid 1, version 1.5.1)", "  ...", "Started in 0.9s.", "  ok  health             SERVING", "  11-23 16:00:00.000  Stopped      start  -> Locking"}
	if lines := notPrinted(same, printed); len(lines) > 0 {
		t.Errorf("%q count as not printed", lines)
	}
	other := []string{"Started.", "  Temporal   127.0.0.1:7234  (pid 1)", "  11-22 15:23:04.336  Stopped  stop  -> Locking"}
	if lines := notPrinted(other, printed); len(lines) != len(other) {
		t.Errorf("of %q only %q count as not printed", other, lines)
	}
}
