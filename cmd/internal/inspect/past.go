package inspect

import (
	"slices"

	"github.com/stigmer/local/fsm"
)

// Past is what is known of a history.
type Past struct {
	last fsm.Transition // the latest one, zero for none
}

// News are the transitions of a history that were not in it before.
func (p *Past) News(history []fsm.Transition) []fsm.Transition {
	fresh := history[p.known(history):]
	if n := len(history); n > 0 {
		p.last = history[n-1]
	}
	return fresh
}

// known is how many transitions of a history were there before. The history is
// bounded and can be lost: where the last one is not in it, time decides.
func (p *Past) known(history []fsm.Transition) int {
	for i, t := range slices.Backward(history) {
		if t == p.last {
			return i + 1
		}
	}
	for i, t := range history {
		if t.At > p.last.At {
			return i
		}
	}
	return len(history)
}
