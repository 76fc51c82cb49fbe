package cmd

import (
	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
)

// outOfSight puts into words that who holds a lock is out of sight: then it cannot be
// said that it is none of ours.
func outOfSight(p *Problem, o fsm.Outcome) {
	if o.Holder != actions.Unseen {
		return
	}
	p.Means = "that may well be ours, but from here it can be neither proven nor ended; nothing was changed"
	p.Try = "the same command where Temporal was started, or another home: STIGMER_HOME=DIR"
}
