package cmd

import (
	"strings"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// noHandover is the end of a start whose supervisors did not live to say in the
// record what they lacked. Words are the last lines of their log.
func noHandover(o fsm.Outcome, home statefile.Home, words string) *Problem {
	p := &Problem{
		What:  "the supervisor could not be started: " + o.Detail,
		Means: "nothing was started; a Temporal that runs already goes on without a supervisor",
		Try:   "look at " + home.SupervisorLog(),
		Exit:  ExitFailed,
	}
	if words != "" {
		p.Details = append([]string{"the supervisor's last lines:"}, strings.Split(words, "\n")...)
	}
	if strings.Contains(words+o.Detail, "no space left on device") || strings.Contains(words+o.Detail, "read-only file system") {
		p.Means = "the disk of the home cannot be written to; nothing is started that the record cannot name"
		p.Try = "make room, or use another home: STIGMER_HOME=DIR"
	}
	return p
}
