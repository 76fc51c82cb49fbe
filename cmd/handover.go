package cmd

import (
	"slices"
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
	says := func(signs ...string) bool {
		return slices.ContainsFunc(signs, func(sign string) bool { return strings.Contains(words+o.Detail, sign) })
	}
	switch {
	case says("no space left on device", "read-only file system"):
		p.Means = "the disk of the home cannot be written to; nothing is started that the record cannot name"
		p.Try = "make room, or use another home: STIGMER_HOME=DIR"
	case says("input/output error"):
		p.Means, p.Try = diskFails+"; nothing is started that the record cannot name", tryDisk
	case says("permission denied"):
		p.Exit = ExitPermission
		p.Try = either(openFolder(), "look at the owner and mode of the path that is named")
	default:
		if lack, ok := lackIn(words + o.Detail); ok {
			p.Means, p.Try = lack.means+"; "+p.Means, lack.try
		}
	}
	return p
}

// diskFails and tryDisk describe EIO, and what to do about it.
const (
	diskFails = "the disk of the home, or what it is mounted from, fails"
	tryDisk   = "see what the kernel says of it: dmesg; or take another home: STIGMER_HOME=DIR"
)
