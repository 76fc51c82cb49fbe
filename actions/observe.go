package actions

import (
	"os"
	"sync"
	"time"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// Observer is shown what a driver or a command does. Each function may be nil, and must
// return at once.
type Observer struct {
	// Recorded is called with each record that a transition of this driver has led to, once
	// that is saved or noted for the save that comes next, or that this command has seen.
	Recorded func(statefile.Document)
	// Took is called with what is over, also by the goroutines that probe.
	Took func(Span)
}

// Span is an effect that was carried out, a wait for an input, or a first moment of Temporal.
type Span struct {
	PID          int
	Name         string
	Began, Ended time.Time
}

func (o Observer) recorded(d statefile.Document) {
	if o.Recorded != nil {
		o.Recorded(d)
	}
}

// took is for a span of this process that ends now.
func (o Observer) took(name string, began time.Time) {
	if o.Took != nil {
		o.Took(Span{os.Getpid(), name, began, time.Now()})
	}
}

// firstMoments shows the milestones of a Temporal that was just spawned, each once: until the
// port accepts, until it is SERVING, until the namespaces answer, until history and matching
// answer.
func (o Observer) firstMoments(pid int) (reached func(milestone string)) {
	if o.Took == nil {
		return nil
	}
	since, seen := time.Now(), map[string]bool{}
	var once sync.Mutex // a probe that was given up may still be under way
	return func(milestone string) {
		once.Lock()
		defer once.Unlock()
		if !seen[milestone] {
			now := time.Now()
			o.Took(Span{pid, milestone, since, now})
			since, seen[milestone] = now, true
		}
	}
}

// effectName names an effect in a span.
func effectName(e fsm.Effect) string {
	if e.Transition.From == "" {
		return string(e.Do)
	}
	name := string(e.Do) + " " + string(e.Transition.From) + " -> " + string(e.Transition.To)
	if e.Durable {
		name += " (durable)"
	}
	return name
}
