package oneshot

import (
	"fmt"
	"time"

	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/logs"
	"github.com/stigmer/local/statefile"
)

// warnings is how many of the last warnings of Temporal a command that has failed is shown.
const warnings = 10

// explain says on standard error how a command that began at a time has failed, and what Temporal has to say of that.
func (r *run) explain(failed string, began time.Time) {
	out := r.c.ErrOrStderr()
	fmt.Fprintf(out, "stigmer: %s\n", failed)
	if what := r.interruption(began); what != "" {
		fmt.Fprintf(out, "  Temporal:  %s\n", what)
	}
	entries, _ := inspect.TemporalLog(r.home).Read(logs.Query{Count: warnings, Since: began, Level: logs.Warn}) // no log, no warning
	for _, entry := range entries {
		for _, line := range entry.Lines {
			fmt.Fprintf(out, "    | %s\n", logfile.Printable(line))
		}
	}
	switch {
	case r.o.Keep:
		fmt.Fprintf(out, "  log:       %s\n", r.home.Log())
	case len(entries) > 0:
		fmt.Fprintln(out, "  try:       --keep, which keeps the whole log and the home of the run")
	}
}

// interruption says why Temporal did not serve all the time since the command began, empty if it did.
func (r *run) interruption(began time.Time) (what string) {
	document, _ := (statefile.File{Home: r.home}).Load() // without a record nothing is known
	for _, t := range document.History {
		if t.At < fsm.Instant(began.UnixMilli()) || t.From == t.To {
			continue
		}
		switch t.To {
		case fsm.Restarting:
			what = t.Cause + again(document.Record)
		case fsm.Degraded:
			what = "it did not answer as it should: " + t.Cause
		case fsm.Stopped:
			what = "it ended with its supervisor" + again(document.Record)
		}
	}
	if document.State == fsm.Stopped {
		return "it was " + document.Reason // "stopped: asked for by ..."
	}
	return what
}

// again is the end of a sentence about a Temporal that has ended.
func again(r fsm.Record) string {
	if r.Settings.DB == "" {
		return ", and was started again with nothing in its memory"
	}
	return ", and was started again"
}
