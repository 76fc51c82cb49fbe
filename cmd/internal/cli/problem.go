package cli

import (
	"fmt"
	"strings"
)

// Problem is an error in words for people: what happened, what it means, what to do.
type Problem struct {
	What, Means, Try string
	// Exit is the exit status that goes with it.
	Exit int
	// Details are printed below, as they are: the last lines of a log.
	Details []string
	// Lasting says that the same command will fail again.
	Lasting bool
}

// Error is the first line.
func (p *Problem) Error() string { return p.What }

// Text is the whole problem as it is printed.
func (p *Problem) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "stigmer: %s", p.What)
	if p.Means != "" {
		fmt.Fprintf(&b, "\n  meaning: %s", p.Means)
	}
	for _, line := range p.Details {
		fmt.Fprintf(&b, "\n    | %s", line)
	}
	if p.Try != "" {
		fmt.Fprintf(&b, "\n  try:     %s", ForThisHome(p.Try))
	}
	return b.String()
}
