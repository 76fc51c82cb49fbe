package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// awaitDefault is how long a fact may take to come about, on a machine that is
// busy with much else. No test waits so long where it does.
const awaitDefault = time.Minute

// pollEvery is the pause between two looks of the waiting commands.
const pollEvery = 10 * time.Millisecond

// cmdAwait waits until the record says all of it: "await TERM... [TIMEOUT]".
// A term is a state, .path=value, .path!=value or .path~regexp, for example
//
//	await Healthy .temporal.pid!=$T .restarts.total=$ONE_MORE 30s
func cmdAwait(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, neg, len(args) > 0, "await TERM... [TIMEOUT]")
	terms, timeout := cutTimeout(args, awaitDefault)
	var unmet string
	ok := poll(timeout, func() bool { unmet = unmetTerm(readRecord(ts), terms); return unmet == "" })
	if !ok {
		ts.Fatalf("after %s: not so: %s; the record is\n%s", timeout, unmet, recordText(ts))
	}
}

// cmdSteady checks that the record says all of it for a whole time:
// "steady TIME TERM...".
func cmdSteady(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, neg, len(args) > 1, "steady TIME TERM...")
	period, err := time.ParseDuration(args[0])
	ts.Check(err)
	var unmet string
	broken := poll(period, func() bool { unmet = unmetTerm(readRecord(ts), args[1:]); return unmet != "" })
	if broken {
		ts.Fatalf("no longer so: %s; the record is\n%s", unmet, recordText(ts))
	}
}

// cmdPID takes a PID from the record: "pid temporal|supervisor VAR". Temporal's comes with
// RESTARTS, how often it was restarted until then, and ONE_MORE: a real one may already have
// failed to start, over a port that it had picked by itself and another program then took.
func cmdPID(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, neg, len(args) == 2, "pid temporal|supervisor VAR")
	pid := lookup(readRecord(ts), "."+args[0]+".pid")
	if n, err := strconv.Atoi(pid); err != nil || n <= 1 {
		ts.Fatalf("the record has no %s PID (%s):\n%s", args[0], pid, recordText(ts))
	}
	ts.Setenv(args[1], pid)
	if args[0] == "temporal" {
		total := restarts(readRecord(ts))
		ts.Setenv("RESTARTS", strconv.Itoa(total))
		ts.Setenv("ONE_MORE", strconv.Itoa(total+1))
	}
}

// cmdRecorded sets a variable to what the record has: "recorded .path VAR".
func cmdRecorded(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, neg, len(args) == 2, "recorded .path VAR")
	ts.Setenv(args[1], lookup(readRecord(ts), args[0]))
}

// restarts is how often a record's Temporal was restarted since the last start.
func restarts(record any) int {
	total, _ := strconv.Atoi(lookup(record, ".restarts.total"))
	return total
}

// cmdJSON checks one value: "[!] json FILE|stdout|stderr .path VALUE", where
// ~REGEXP as VALUE matches, null is a null, and missing a path that is not there.
func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	requireUsage(ts, false, len(args) == 3, "[!] json FILE .path VALUE")
	have := lookup(decode(ts.ReadFile(args[0])), args[1])
	if matches(have, args[2]) == neg {
		ts.Fatalf("%s %s is %q", args[0], args[1], have)
	}
}

// unmetTerm returns the first term that does not hold, with the value instead.
func unmetTerm(record any, terms []string) string {
	for _, term := range terms {
		path, op, want := ".state", "=", term
		if m := termPattern.FindStringSubmatch(term); m != nil {
			path, op, want = m[1], m[2], m[3]
		}
		if op == "~" {
			want = "~" + want
		}
		if have := lookup(record, path); matches(have, want) != (op != "!=") {
			return fmt.Sprintf("%s (%s is %q)", term, path, have)
		}
	}
	return ""
}

var termPattern = regexp.MustCompile(`(?s)^(\.[\w.-]+?)(!=|=|~)(.*)$`)

func matches(have, want string) bool {
	if pattern, ok := strings.CutPrefix(want, "~"); ok {
		return regexp.MustCompile(pattern).MatchString(have)
	}
	return have == want
}

// lookup follows a path of names and indices (-1 is the last) and returns a
// string as it is and anything else as JSON.
func lookup(value any, path string) string {
	for _, name := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' }) {
		switch v := value.(type) {
		case map[string]any:
			value = v[name]
			if _, ok := v[name]; !ok {
				return "missing"
			}
		case []any:
			i, err := strconv.Atoi(name)
			if i < 0 {
				i += len(v)
			}
			if err != nil || i < 0 || i >= len(v) {
				return "missing"
			}
			value = v[i]
		default:
			return "missing"
		}
	}
	if s, ok := value.(string); ok {
		return s
	}
	text, _ := json.Marshal(value)
	return string(text)
}

// decode keeps numbers as they are written; what is no JSON has no paths.
func decode(text string) any {
	var value any
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	if d.Decode(&value) != nil {
		return nil
	}
	return value
}
