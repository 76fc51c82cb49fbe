package inspect

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
)

// PrintState prints a report for people: a few lines, or with explain the page
// that a puzzled user needs.
func PrintState(out io.Writer, r StateReport, explain bool) {
	fmt.Fprintf(out, "%s%s: %s\n", r.State, forHowLong(r), Why(r.State, r.Reason))
	if r.Temporal != nil {
		fmt.Fprintf(out, "  Temporal   %s  (pid %d, up for %s%s)\n", r.Address, r.Temporal.PID, human.FormatDuration(time.Since(r.Temporal.StartedAt)), VersionPhrase(fsm.Program{Version: r.Temporal.Version, ServerVersion: r.Temporal.ServerVersion}))
		if r.UIURL != "" {
			fmt.Fprintf(out, "  UI         %s%s\n", r.UIURL, uiNote(r))
		}
		PrintSideURLs(out, r.HTTPURL, r.MetricsURL)
	}
	if r.Address != "" {
		fmt.Fprintf(out, "  Data       %s\n", DescribeDatabase(r.Paths.DB))
	}
	if r.Paths.Backup != "" {
		fmt.Fprintf(out, "  Backup     %s  (another version of Temporal had made the database)\n", r.Paths.Backup)
	}
	if r.Address != "" || r.Failure != nil {
		fmt.Fprintf(out, "  Log        %s\n", cmp.Or(r.lostLog, r.Paths.Log))
	}
	if r.skewNote != "" {
		fmt.Fprintf(out, "  Supervisor %s\n", r.skewNote)
	}
	if r.Restarts.Limit > 0 { // else it was never started
		fmt.Fprintf(out, "  Restarts   %d since the last start, %d of %d in the window\n", r.Restarts.Total, r.Restarts.InWindow, r.Restarts.Limit)
	}
	if r.Setup != nil && r.Setup.Fault != "" && r.Temporal != nil {
		fmt.Fprintf(out, "  Setup      not applied: %s\n", r.Setup.Fault)
	}
	printFailure(out, r)
	if r.Try != "" {
		fmt.Fprintf(out, "  Try        %s\n", r.Try)
	}
	if explain {
		PrintEvidence(out, r)
		PrintHistory(out, r)
		printNext(out, r)
	}
}

// PrintSideURLs prints the addresses of the HTTP API and of the metrics, as far as they are known.
func PrintSideURLs(out io.Writer, http, metrics string) {
	if http != "" {
		fmt.Fprintf(out, "  HTTP       %s\n", http)
	}
	if metrics != "" {
		fmt.Fprintf(out, "  Metrics    %s\n", metrics)
	}
}

// uiNote says that the web UI does not answer, or is on a port that browsers refuse; empty
// if neither is so.
func uiNote(r StateReport) string {
	if slices.ContainsFunc(r.Evidence, func(e Evidence) bool { return e.Name == uiName && !e.OK }) {
		return "  (it cannot be used: see state --explain)"
	}
	return ""
}

func forHowLong(r StateReport) string {
	if r.Since == nil {
		return ""
	}
	last := fsm.State("")
	if n := len(r.History); n > 0 {
		last = r.History[n-1].To
	}
	if last != r.State {
		return ""
	}
	return fmt.Sprintf(" since %s (%s)", r.Since.Local().Format(time.DateTime), human.FormatDuration(time.Since(*r.Since)))
}

func printFailure(out io.Writer, r StateReport) {
	if r.Failure == nil {
		return
	}
	if r.Failure.Reason != r.Reason {
		fmt.Fprintf(out, "  Failure    %s\n", r.Failure.Reason)
	}
	for _, line := range r.Failure.LogTail {
		fmt.Fprintf(out, "    | %s\n", line)
	}
	if r.Failure.Try != "" {
		fmt.Fprintf(out, "  Try        %s\n", r.Failure.Try)
	}
}

// PrintEvidence prints the evidence, a line each.
func PrintEvidence(out io.Writer, r StateReport) {
	fmt.Fprintln(out, "\nEvidence, looked at just now and held against the record:")
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, e := range r.Evidence {
		mark := "ok"
		if !e.OK {
			mark = "!!"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", mark, e.Name, e.Detail)
	}
	w.Flush()
}

// historyShown is how many transitions a page has room for; -o json has them all.
const historyShown = 15

// PrintHistory prints the latest transitions.
func PrintHistory(out io.Writer, r StateReport) {
	if len(r.History) == 0 {
		return
	}
	fmt.Fprintln(out, "\nHow it came here:")
	shown := r.History[max(0, len(r.History)-historyShown):]
	if len(shown) < len(r.History) {
		fmt.Fprintf(out, "  (%d earlier ones are in -o json)\n", len(r.History)-len(shown))
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, h := range shown {
		fmt.Fprintf(w, "  %s\t%s\t%s\t-> %s\t%s\n", h.At.Local().Format("01-02 15:04:05.000"), h.From, h.Event, h.To, h.Cause)
	}
	w.Flush()
}

func printNext(out io.Writer, r StateReport) {
	fmt.Fprintln(out, "\nWhat would happen next:")
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, m := range r.Next {
		fmt.Fprintf(w, "  %s\t-> %s\t%s\n", m.Event, m.To, m.Effect)
	}
	w.Flush()
}
