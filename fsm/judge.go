package fsm

import "fmt"

// ProbeFailures counts probes that failed in a row, on the monotonic clock.
type ProbeFailures struct {
	// Failures is how many probes in a row did not pass in time. It stops counting at one more
	// than the threshold.
	Failures int
	// UnresponsiveSince is since when health itself does not answer, 0 if it does.
	UnresponsiveSince Instant
	// Last is when the last probe's answer came, 0 before the first.
	Last Instant
	// Slow is how long the latest slow answer took, 0 since an answer came in time.
	Slow Millis
}

// Verdict of a probe's answer.
type Verdict struct {
	Live  bool // health answered SERVING
	Ready bool // and every namespace, history and matching answered
	// Lost says that it is not ready for a reason that is certain and that no waiting ends:
	// what clients write goes to a file that has no name any more, or it listens on an
	// address where it cannot work.
	Lost bool
	// Waits says that the probe's timeout is over and the probe goes on: the other fields say
	// what has been answered so far. Another verdict follows if the answer comes.
	Waits bool
	// Late says that this verdict follows one that waited.
	Late bool
	// Took is how long the probe took, or has waited.
	Took Millis
	// Delayed is how long Temporal's threads have meanwhile waited for a processor, as a
	// sum; 0 where the kernel does not count that.
	Delayed Millis
}

// passes reports whether a client can work, however slowly.
func (v Verdict) passes() bool { return v.Live && v.Ready }

// starvedShare is the part of the time, as a divisor, for which the threads of a starved
// Temporal together wait for a processor: a quarter. A Temporal that hangs on an idle
// machine does not come near.
const starvedShare = 4

// Starved reports whether no answer came because Temporal got no processor.
func (v Verdict) Starved() bool {
	return v.Waits && v.Delayed > 0 && v.Delayed*starvedShare >= v.Took
}

// MachineBusy is the reason, for people, why a starved Temporal does not answer.
const MachineBusy = "the machine is busy: its threads wait for a processor"

// slow reports whether an answer is good but for the time that it took.
func (p Policy) slow(v Verdict) bool { return v.passes() && v.Took > p.Timeout }

// Evaluate counts one answer and returns the event that it amounts to, or "" for
// none. A gap without a probe (a suspended laptop, a stopped container)
// is no failure: the count begins anew after it. Only a deaf health endpoint
// leads to the liveness deadline; a server that answers but cannot reach its
// database is Degraded and left alone, since a restart would make it worse. A verdict of
// Lost needs no threshold. A late answer ends the deafness and adds no failure: the failure
// was counted at the timeout.
func (p Policy) Evaluate(s ProbeFailures, v Verdict, tick Instant) (ProbeFailures, Event) {
	gap := s.Last != 0 && (tick < s.Last || tick-s.Last > Instant(3*(p.Period+p.Timeout)))
	s.Last = tick
	if v.passes() && !p.slow(v) {
		return ProbeFailures{Last: tick}, ProbePassed
	}
	if gap {
		s.Failures, s.UnresponsiveSince = 0, 0
	}
	switch {
	case p.slow(v):
		s.UnresponsiveSince, s.Slow = 0, v.Took //mutation:late-answer
	case v.Live:
		s.UnresponsiveSince = 0
	case s.UnresponsiveSince == 0:
		s.UnresponsiveSince = tick
	}
	if !p.slow(v) {
		s.Failures = min(s.Failures+1, p.Threshold+1)
	}
	switch {
	case s.UnresponsiveSince != 0 && s.Failures > p.Threshold && tick-s.UnresponsiveSince >= Instant(p.patience(s, v)):
		return s, LivenessDeadline
	case s.Failures >= p.Threshold || v.Lost:
		return s, ProbeFailed
	}
	return s, ""
}

// patience is how long health may stay silent before a restart. A Temporal that is known to
// be slow has twice the time of its latest answer. One that waits for a processor has the
// whole start deadline, which a new one would have on the same busy machine. That is the
// longest for any.
func (p Policy) patience(s ProbeFailures, v Verdict) Millis {
	longest := max(p.StartDeadline, p.LivenessDeadline)
	if v.Starved() {
		return longest
	}
	return min(max(p.LivenessDeadline, 2*s.Slow), longest)
}

// slowWords says how late a server answers, as the end of a sentence.
func slowWords(took Millis) string {
	return fmt.Sprintf("it is slow: it answers after %s", (took+50)/100*100)
}
