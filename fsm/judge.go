package fsm

import "fmt"

// Streak counts probes that failed in a row, on the monotonic clock.
type Streak struct {
	// Failures is how many probes in a row did not pass in time, at most one more than the
	// threshold.
	Failures int
	// Deaf is since when health itself does not answer, 0 if it does.
	Deaf Instant
	// Last is when the last probe's answer came, 0 before the first.
	Last Instant
	// Slow is how long the latest answer took, if that was longer than it may, else 0.
	Slow Millis
}

// Verdict of a probe's answer.
type Verdict struct {
	Live  bool // health answered SERVING
	Ready bool // and every namespace, history and matching answered
	// Lost says that it is not ready for what is certain, and passes by no waiting: what
	// clients write goes to a file that has no name any more, or it listens where it
	// cannot work.
	Lost bool
	// Waits says that the time for an answer is over, and that the question goes on: the
	// rest says what has been answered so far. Another verdict follows if the answer comes.
	Waits bool
	// Late says that this verdict follows one that waited.
	Late bool
	// Took is how long the question took, or has waited.
	Took Millis
	// Delayed is how long Temporal's threads have meanwhile waited for a processor, as a
	// sum; 0 where the kernel does not say so.
	Delayed Millis
}

// passes reports whether a client can work, however slowly.
func (v Verdict) passes() bool { return v.Live && v.Ready }

// starvedShare: threads that together wait for a processor for a quarter of the time are
// starved. One that hangs on an idle machine does not come near.
const starvedShare = 4

// Starved reports whether it is for want of a processor that no answer came.
func (v Verdict) Starved() bool {
	return v.Waits && v.Delayed > 0 && v.Delayed*starvedShare >= v.Took
}

// MachineBusy says why a starved Temporal does not answer.
const MachineBusy = "the machine is busy: its threads wait for a processor"

// slow reports whether an answer is good but for the time that it took.
func (p Policy) slow(v Verdict) bool { return v.passes() && v.Took > p.Timeout }

// Judge counts one answer and returns the event that it amounts to, or "" for
// none. A gap in which nobody probed (a suspended laptop, a stopped container)
// is no failure: the count begins anew after it. Only a deaf health endpoint
// leads to the liveness deadline; a server that answers but cannot reach its
// database is Degraded and left alone, since a restart would make it worse. What is
// certain needs no threshold. An answer that comes late is one: it is not deaf, and its
// failure was counted when its time was over.
func (p Policy) Judge(s Streak, v Verdict, tick Instant) (Streak, Event) {
	gap := s.Last != 0 && (tick < s.Last || tick-s.Last > Instant(3*(p.Period+p.Timeout)))
	s.Last = tick
	if v.passes() && !p.slow(v) {
		return Streak{Last: tick}, ProbePassed
	}
	if gap {
		s.Failures, s.Deaf = 0, 0
	}
	switch {
	case p.slow(v):
		s.Deaf, s.Slow = 0, v.Took
	case v.Live:
		s.Deaf = 0
	case s.Deaf == 0:
		s.Deaf = tick
	}
	if !p.slow(v) {
		s.Failures = min(s.Failures+1, p.Threshold+1)
	}
	switch {
	case s.Deaf != 0 && s.Failures > p.Threshold && tick-s.Deaf >= Instant(p.patience(s, v)):
		return s, LivenessDeadline
	case s.Failures >= p.Threshold || v.Lost:
		return s, ProbeFailed
	}
	return s, ""
}

// patience is how long no answer may come. One that is known to be slow has twice the
// time of its latest answer, and one that waits for a processor the whole start deadline,
// as a new one would have to come up on the same busy machine. No one has longer than that.
func (p Policy) patience(s Streak, v Verdict) Millis {
	longest := max(p.StartDeadline, p.LivenessDeadline)
	if v.Starved() {
		return longest
	}
	return min(max(p.LivenessDeadline, 2*s.Slow), longest)
}

// slowly says how a server answers, as the end of a sentence; took is how long.
func slowly(took Millis) string {
	return fmt.Sprintf("it is slow: it answers after %s", (took+50)/100*100)
}
