package fsm

import "fmt"

// MaxRestartLimit is the largest restart limit that can be asked for.
const MaxRestartLimit = 16

// Policy has the figures of probing and restarting, in milliseconds unless it is
// a count. The words are those of Kubernetes probes and of Erlang's supervisors
// (restart intensity: at most Limit restarts in Window).
type Policy struct {
	// StartDeadline is the time from spawn to the first passed probe.
	StartDeadline Millis `json:"start_deadline_ms"`
	// StartPeriod is the pause between two startup probes of a Temporal that a start has
	// asked for; while nothing listens yet, it grows to 10 ms.
	StartPeriod Millis `json:"start_period_ms"`
	// Period is the pause between two liveness probes. Timeout is how long the answer to one
	// may take: a later one still counts as life, and as slow.
	Period  Millis `json:"probe_period_ms"`
	Timeout Millis `json:"probe_timeout_ms"`
	// Threshold is how many probes fail in a row before Healthy becomes Degraded.
	Threshold int `json:"failure_threshold"`
	// LivenessDeadline is how long health may stay silent before a restart, counted from the
	// end of the first unanswered probe's Timeout. patience says when it is longer.
	LivenessDeadline Millis `json:"liveness_deadline_ms"`
	// Grace is the time between SIGTERM and SIGKILL, for a stop that names none.
	Grace Millis `json:"grace_ms"`
	// RestartGrace is the same for a Temporal that is to be restarted.
	RestartGrace Millis `json:"restart_grace_ms"`
	// BackoffBase is the first pause, doubled with each restart up to BackoffMax.
	BackoffBase Millis `json:"backoff_base_ms"`
	BackoffMax  Millis `json:"backoff_max_ms"`
	// StableAfter is how long Temporal must have served for its next restart to be immediate.
	StableAfter Millis `json:"stable_after_ms"`
	// RestartLimit restarts within RestartWindow are allowed.
	RestartLimit  int    `json:"restart_limit"`
	RestartWindow Millis `json:"restart_window_ms"`
	// UnservedLimit is how many attempts may end before Temporal ever served.
	UnservedLimit int `json:"unserved_limit"`
}

// restartPeriod is the pause between two startup probes of a Temporal that has served since it
// was asked for, and is restarted.
const restartPeriod Millis = 100

// DefaultPolicy replaces a hung Temporal within 20 s: probes at most 2 s apart with 2 s to
// answer, then at least 8 s without an answer to any, 3 s of grace, 0.2 s to start. A
// Temporal that answers each probe within 10 s is slow, and is never replaced.
func DefaultPolicy() Policy {
	return Policy{
		StartDeadline: 60_000, StartPeriod: 2,
		Period: 2_000, Timeout: 2_000, Threshold: 2, LivenessDeadline: 8_000,
		Grace: 10_000, RestartGrace: 3_000,
		BackoffBase: 500, BackoffMax: 30_000, StableAfter: 10_000,
		RestartLimit: 5, RestartWindow: 300_000, UnservedLimit: 3,
	}
}

// InWindow counts the restarts within the window that ends now. A restart that is later than
// now, or than one that came after it, was before the clock was set back: how long ago is not
// known, so neither it nor any before it counts. A crash loop is ended all the same, by the
// restarts from then on.
func (r Restarts) InWindow(now Instant, window Millis) int {
	n, next := 0, now //mutation:clock-back
	for _, at := range r.Recent {
		if at <= 0 || at > next || now-at >= Instant(window) { //mutation:window
			break
		}
		n, next = n+1, at
	}
	return n
}

// Forget returns r without the times of its restarts: none is in the window.
func (r Restarts) Forget() Restarts {
	r.Recent = [MaxRestartLimit]Instant{}
	return r
}

// Add returns r with one more restart at now.
func (r Restarts) Add(now Instant) Restarts {
	r.Total++
	copy(r.Recent[1:], r.Recent[:MaxRestartLimit-1])
	r.Recent[0] = now
	return r
}

// BudgetExceeded says in one sentence why no further restart is allowed, empty if one is.
func (p Policy) BudgetExceeded(r Restarts, now Instant) string {
	if r.Unserved >= p.UnservedLimit { //mutation:budget
		return fmt.Sprintf("Temporal ended %d times in a row before it ever served", r.Unserved)
	}
	if n := r.InWindow(now, p.RestartWindow); n >= p.RestartLimit {
		return fmt.Sprintf("Temporal was restarted %d times within %s, which is the limit", n, p.RestartWindow)
	}
	return ""
}

// Backoff returns the pause before the next spawn. After a stable run it is 0.
// Otherwise it is the base, doubled with each further restart in the window, and
// then drawn evenly from its upper half ("equal jitter") by dice, a number in [0, 1000).
func (p Policy) Backoff(r Restarts, now Instant, stable bool, dice int) Millis {
	if stable {
		return 0
	}
	pause := p.BackoffBase
	for i := 1; i < r.InWindow(now, p.RestartWindow) && pause < p.BackoffMax; i++ {
		pause *= 2
	}
	pause = min(pause, p.BackoffMax)
	return pause/2 + pause*Millis(dice)/2000
}
