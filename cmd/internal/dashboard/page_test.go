package dashboard

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/logs"
)

// crowded is a page with more of everything than fits.
func crowded(width, height int) statePage {
	p := statePage{home: "/home/ann/.stigmer", width: width, height: height, at: time.Now()}
	p.report.State, p.report.Reason = fsm.Degraded, strings.Repeat("why ", 100)
	p.report.Failure = &inspect.FailureReport{Reason: "it failed", LogTail: slices.Repeat([]string{"tail\twith\ttabs"}, 12)}
	for n := range 15 {
		p.report.Evidence = append(p.report.Evidence, inspect.Evidence{Name: fmt.Sprint("evidence ", n), OK: n != 7, Detail: "ü\x1b[2J" + strings.Repeat("x", 200)})
		p.report.History = append(p.report.History, inspect.HistoryReport{At: time.Now(), From: fsm.Healthy, Event: fsm.Exited, To: fsm.Restarting, Cause: "a cause"})
		p.entries = append(p.entries, logs.Entry{From: "temporal", Lines: slices.Repeat([]string{"a line\x1b[31m"}, 20)})
	}
	return p
}

// A page fits whatever the terminal's size is, and what it shows does nothing else
// to the terminal.
func TestPageFits(t *testing.T) {
	for height := range 80 {
		for _, width := range []int{1, 20, 80, 300} {
			lines := crowded(width, height).lines(false)
			if len(lines) > height {
				t.Fatalf("%d lines in %d rows", len(lines), height)
			}
			for _, line := range lines {
				if len([]rune(line)) > width || strings.ContainsAny(line, "\x1b\t") {
					t.Fatalf("in %d columns: %q", width, line)
				}
			}
		}
	}
}

// Where there is room for all, all is there; where there is not, what is wrong is.
func TestPageShowsWhatMatters(t *testing.T) {
	for height, wanted := range map[int][]string{
		24: {"Degraded: why", "Evidence: 14 of 15 ok", "!!  evidence 7"},
		70: {"Degraded: why", "ok  evidence 14", "How it came here:", "Latest log lines:", "temporal   | a line"},
	} {
		text := strings.Join(crowded(100, height).lines(false), "\n")
		for _, want := range wanted {
			if !strings.Contains(text, want) {
				t.Errorf("%d rows: no %q in\n%s", height, want, text)
			}
		}
	}
	if coloured := strings.Join(crowded(100, 70).lines(true), "\n"); !strings.Contains(coloured, "\x1b[33mDegraded") || !strings.Contains(coloured, "\x1b[31m  !!") {
		t.Errorf("no colours in\n%q", coloured)
	}
}

// Each transition is printed once, also if the history was lost or has moved on.
func TestJournalPrintsEachOnce(t *testing.T) {
	var out bytes.Buffer
	j := &journal{out: &out}
	step := func(at fsm.Instant) fsm.Transition {
		return fsm.Transition{At: at, From: fsm.Healthy, Event: fsm.Exited, To: fsm.Restarting, Cause: fmt.Sprintf("cause %d.", at)}
	}
	now := time.Now()
	driven := func(history ...fsm.Transition) {
		s := inspect.Unseen()
		s.Driver.PID = 7
		s.Document.State, s.Document.Desired, s.Document.History = fsm.Restarting, fsm.WantRunning, history
		if err := j.printNews(s, now); err != nil {
			t.Fatal(err)
		}
	}
	driven(step(1))
	driven(step(1), step(2))
	driven(step(1), step(2))
	driven()
	driven(step(2), step(3), step(4))
	driven(step(5), step(6))
	sameInstant := fsm.Transition{At: 6, From: fsm.Restarting, Event: fsm.Gone, To: fsm.Restarting, Cause: "cause 7."}
	driven(step(5), step(6), sameInstant)
	text := out.String()
	if strings.Count(text, "\n") != 7 || !strings.Contains(text, "seen") || strings.Contains(text, "cause 1.") {
		t.Error(text)
	}
	for n := 2; n <= 7; n++ {
		if strings.Count(text, fmt.Sprintf("cause %d.", n)) != 1 {
			t.Errorf("cause %d. in\n%s", n, text)
		}
	}
}
