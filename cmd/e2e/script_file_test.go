package e2e_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdAwaitFile waits until files exist: "await-file FILE... [TIMEOUT]".
func cmdAwaitFile(ts *testscript.TestScript, neg bool, args []string) {
	files, timeout := cutTimeout(args, awaitDefault)
	requireUsage(ts, neg, len(files) > 0, "await-file FILE... [TIMEOUT]")
	for _, file := range files {
		path := ts.MkAbs(file)
		if !poll(timeout, func() bool { _, err := os.Stat(path); return err == nil }) {
			ts.Fatalf("no %s after %s", file, timeout)
		}
	}
}

// cmdAwaitText waits until a file says something: "await-text FILE REGEXP [TIMEOUT]".
func cmdAwaitText(ts *testscript.TestScript, neg bool, args []string) {
	args, timeout := cutTimeout(args, time.Minute)
	requireUsage(ts, neg, len(args) == 2, "await-text FILE REGEXP [TIMEOUT]")
	path, pattern := ts.MkAbs(args[0]), regexp.MustCompile("(?m)"+args[1])
	var text []byte
	if !poll(timeout, func() bool { text, _ = os.ReadFile(path); return pattern.Match(text) }) {
		ts.Fatalf("%s does not say %q after %s:\n%s", args[0], args[1], timeout, text)
	}
}

// cmdLoad sets a variable to the first line of a file: "load VAR FILE".
func cmdLoad(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, neg, len(args) == 2, "load VAR FILE")
	line, _, _ := strings.Cut(ts.ReadFile(args[1]), "\n")
	ts.Setenv(args[0], line)
}

// cmdWrite writes a file, one argument a line: "write FILE LINE...".
func cmdWrite(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, neg, len(args) > 0, "write FILE LINE...")
	var text strings.Builder
	for _, line := range args[1:] {
		text.WriteString(line + "\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text.String()), 0o600))
}

// cmdGlob checks whether any file has such a name: "[!] glob PATTERN".
func cmdGlob(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, false, len(args) == 1, "[!] glob PATTERN")
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if (len(found) > 0) == neg {
		ts.Fatalf("%s: found %q", args[0], found)
	}
}

// cmdSame compares two words: "[!] same A B".
func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, false, len(args) == 2, "[!] same A B")
	if (args[0] == args[1]) == neg {
		ts.Fatalf("%q and %q", args[0], args[1])
	}
}

func requireUsage(ts *testscript.TestScript, neg, ok bool, text string) {
	if neg || !ok {
		ts.Fatalf("usage: %s", text)
	}
}

// cutTimeout takes a duration off the end of args, if there is one.
func cutTimeout(args []string, otherwise time.Duration) ([]string, time.Duration) {
	if n := len(args); n > 0 {
		if timeout, err := time.ParseDuration(args[n-1]); err == nil && strings.HasSuffix(args[n-1], "s") {
			return args[:n-1], timeout
		}
	}
	return args, otherwise
}

// poll asks until the answer is yes or the time is over, and says which.
func poll(timeout time.Duration, yes func() bool) bool {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	end := time.After(timeout)
	for {
		if yes() {
			return true
		}
		select {
		case <-tick.C:
		case <-end:
			return yes()
		}
	}
}

func recordText(ts *testscript.TestScript) string {
	text, err := os.ReadFile(filepath.Join(ts.Getenv("STIGMER_HOME"), "temporal.state.json"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func readRecord(ts *testscript.TestScript) any { return decode(recordText(ts)) }
