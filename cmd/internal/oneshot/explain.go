package oneshot

import (
	"fmt"
	"time"

	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/probes/logs"
	"github.com/stigmer/local/statefile"
)

// warnings is how many of the last warnings of Temporal a command that has failed is shown.
const warnings = 10

// explain says on standard error what Temporal has to say of a command that began at a time and has failed.
func (r *run) explain(command string, status int, began time.Time) {
	out := r.c.ErrOrStderr()
	fmt.Fprintf(out, "stigmer: %s ended with status %d\n", command, status)
	document, _ := (statefile.File{Home: r.home}).Load() // without a record nothing is known
	if failure := document.Failure; failure.Event != "" {
		fmt.Fprintf(out, "  Temporal:  %s\n", failure.Reason)
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
