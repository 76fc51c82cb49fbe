package fsm

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
)

var (
	deaf    = Verdict{}
	unready = Verdict{Live: true}
	passed  = Verdict{Live: true, Ready: true}
	waits   = Verdict{Waits: true, Took: 2000}
	late    = Verdict{Live: true, Ready: true, Took: 4000}
	tenLate = Verdict{Live: true, Ready: true, Took: 10_000}
	starved = Verdict{Waits: true, Took: 2000, Delayed: 500}
)

// answer is a probe's answer and what it amounts to.
type answer struct {
	tick    Instant
	verdict Verdict
	want    Event
}

func TestJudge(t *testing.T) {
	for name, answers := range map[string][]answer{
		"threshold":                       {{4000, deaf, ""}, {8000, deaf, ProbeFailed}},
		"a pass resets":                   {{4000, deaf, ""}, {8000, passed, ProbePassed}, {12000, deaf, ""}, {16000, deaf, ProbeFailed}},
		"deaf for the whole deadline":     {{4000, deaf, ""}, {7000, deaf, ProbeFailed}, {11999, deaf, ProbeFailed}, {12000, deaf, LivenessDeadline}},
		"not before the threshold":        {{1000, deaf, ""}, {10000, deaf, ProbeFailed}, {11000, deaf, LivenessDeadline}},
		"a gap resets":                    {{4000, deaf, ""}, {8000, deaf, ProbeFailed}, {20001, deaf, ""}, {24001, deaf, ProbeFailed}, {28001, deaf, LivenessDeadline}},
		"no gap yet":                      {{4000, deaf, ""}, {16000, deaf, ProbeFailed}},
		"a gap and it passes":             {{4000, deaf, ""}, {99000, passed, ProbePassed}},
		"a clock that goes back":          {{8000, deaf, ""}, {4000, deaf, ""}, {8000, deaf, ProbeFailed}, {12000, deaf, LivenessDeadline}},
		"an answer in between is hearing": {{4000, deaf, ""}, {7000, unready, ProbeFailed}, {10000, deaf, ProbeFailed}, {17000, deaf, ProbeFailed}, {18000, deaf, LivenessDeadline}},
		"late, each time":                 {{4000, waits, ""}, {6000, late, ""}, {8000, waits, ProbeFailed}, {10000, late, ProbeFailed}, {13000, waits, ProbeFailed}, {15000, late, ProbeFailed}},
		"late once":                       {{4000, waits, ""}, {6000, late, ""}, {8000, passed, ProbePassed}, {12000, waits, ""}},
		"late once, then never":           {{4000, waits, ""}, {6000, late, ""}, {8000, waits, ProbeFailed}, {12000, waits, ProbeFailed}, {15999, waits, ProbeFailed}, {16000, waits, LivenessDeadline}},
		"very late":                       {{4000, waits, ""}, {7000, waits, ProbeFailed}, {11000, tenLate, ProbeFailed}, {14000, waits, ProbeFailed}, {23000, waits, ProbeFailed}, {33999, waits, ProbeFailed}, {34000, waits, LivenessDeadline}},
		"starved":                         {{4000, starved, ""}, {8000, starved, ProbeFailed}, {18000, starved, ProbeFailed}, {28000, starved, ProbeFailed}, {38000, starved, ProbeFailed}, {48000, starved, ProbeFailed}, {58000, starved, ProbeFailed}, {63999, starved, ProbeFailed}, {64000, starved, LivenessDeadline}},
		"starved, and then not":           {{4000, starved, ""}, {12000, starved, ProbeFailed}, {13000, waits, LivenessDeadline}},
		"hardly delayed":                  {{4000, waits, ""}, {8000, Verdict{Waits: true, Took: 2000, Delayed: 499}, ProbeFailed}, {12000, Verdict{Waits: true, Took: 2000, Delayed: 499}, LivenessDeadline}},
		"live, and the rest is late":      {{4000, Verdict{Live: true, Waits: true, Took: 2000}, ""}, {8000, Verdict{Live: true, Waits: true, Took: 2000}, ProbeFailed}, {20000, Verdict{Live: true, Waits: true, Took: 2000}, ProbeFailed}},
		"alive but never ready":           {{4000, unready, ""}, {8000, unready, ProbeFailed}, {12000, unready, ProbeFailed}, {16000, unready, ProbeFailed}, {20000, unready, ProbeFailed}},
	} {
		t.Run(name, func(t *testing.T) {
			p, s := DefaultPolicy(), ProbeFailures{}
			for i, a := range answers {
				var event Event
				if s, event = p.Evaluate(s, a.verdict, a.tick); event != a.want {
					// The gap rule begins the deaf time anew, so the deadline counts from there.
					t.Errorf("answer %d at %d: %q, want %q", i+1, a.tick, event, a.want)
				}
			}
		})
	}
}

func TestOneThatAnswersIsNeverHung(t *testing.T) {
	p, s := DefaultPolicy(), ProbeFailures{}
	for tick := Instant(1); tick < 3_600_000; tick += 1500 {
		var event Event
		if s, event = p.Evaluate(s, unready, tick); event == LivenessDeadline {
			t.Fatalf("at %d ms", tick)
		}
	}
}

// One that answers within ten seconds, however steadily, is never replaced, and one that
// has been quick may become that slow.
func TestOneThatIsSlowIsNeverReplaced(t *testing.T) {
	for _, latency := range []Instant{2_001, 3_000, 5_000, 10_000} {
		for _, quickFor := range []Instant{0, 20_000} {
			if at := slowUntil(t, latency, quickFor, 3_600_000); at != 0 {
				t.Errorf("answers after %d ms, quick for %d ms before: replaced after %d ms", latency, quickFor, at)
			}
		}
	}
	if slowUntil(t, 40_000, 20_000, 3_600_000) == 0 {
		t.Error("the test does not see a replacement")
	}
}

// slowUntil plays probes as a driver does, for some time: a question that is not answered
// in its time goes on beside the next ones. It returns when a server is replaced that
// answers each after a latency, 0 for never.
func slowUntil(t *testing.T, latency, quickFor, until Instant) Instant {
	t.Helper()
	type event struct {
		at Instant
		in Input
	}
	m, s := NewMachine(), supervisorAfter(t, toHealthy...)
	p, now := s.Settings.Policy, s.ServedAt
	quickFor += now
	agenda := []event{{now + Instant(p.Period), Input{Event: ProbeDue, Seq: s.Seq}}}
	for end := now + until; now < end && len(agenda) > 0; {
		slices.SortStableFunc(agenda, func(a, b event) int { return cmp.Compare(a.at, b.at) })
		next := agenda[0]
		agenda, now = agenda[1:], next.at
		next.in.At, next.in.Tick = now, now
		var effects []Effect
		s, effects = s.Step(m, next.in)
		for _, e := range effects {
			switch {
			case s.State != Healthy && s.State != Degraded:
				return now
			case e.Do == DoArm && e.Event == ProbeDue:
				agenda = slices.DeleteFunc(agenda, func(e event) bool { return e.in.Event == ProbeDue })
				agenda = append(agenda, event{now + Instant(e.After), Input{Event: ProbeDue, Seq: e.Seq}})
			case e.Do == DoProbe && now < quickFor:
				agenda = append(agenda, event{now + 5, Input{Event: Probed, Run: e.Run, Verdict: passed}})
			case e.Do == DoProbe:
				agenda = append(agenda, event{now + Instant(p.Timeout), Input{Event: Probed, Run: e.Run, Verdict: waits}},
					event{now + latency, Input{Event: Probed, Run: e.Run, Verdict: Verdict{Live: true, Ready: true, Late: true, Took: Millis(latency)}}})
			}
		}
	}
	return 0
}

// replacedWithin is how long a Temporal may be deaf before another one serves, as
// DefaultPolicy promises, and startsWithin what its new start may take of that.
const (
	replacedWithin = 20_000
	startsWithin   = 1_000
)

// Whenever a Temporal that serves, or is Degraded already, goes deaf: with the
// default figures another one serves in time. Each probe that finds it deaf takes its
// whole timeout, it ignores SIGTERM for the whole grace of a restart, and its run
// counts as unstable, so that a restart waits for the longest first back-off.
func TestAHungTemporalIsReplacedInTime(t *testing.T) {
	p, worst := DefaultPolicy(), Instant(0)
	rest := Instant(p.RestartGrace + p.Backoff(Restarts{}.Add(1), 1, false, 999) + startsWithin)
	for deafFrom := Instant(0); deafFrom < 20_000; deafFrom += 50 {
		for _, before := range []Verdict{passed, unready} {
			took := timeToRestart(t, before, deafFrom)
			worst = max(worst, took)
			if took+rest >= replacedWithin {
				t.Fatalf("deaf from %d ms after the first pass, %+v before: %d ms to Restarting, and %d ms", deafFrom, before, took, rest)
			}
		}
	}
	promised(t, fmt.Sprintf("%.1f s at worst", float64(worst+rest)/1000))
}

// timeToRestart plays probes as a driver would, in simulated time.
func timeToRestart(t *testing.T, before Verdict, deafFrom Instant) Instant {
	t.Helper()
	const quick = 5 // how long a probe of one that hears takes
	m := NewMachine()
	s := supervisorAfter(t, toHealthy...)
	p := s.Settings.Policy
	now := s.ServedAt
	deafFrom += now
	pending := Effect{Do: DoArm, Event: ProbeDue, After: p.Period, Seq: s.Seq, Run: s.Run}
	for s.State != Restarting && now-deafFrom < 10*replacedWithin {
		var in Input
		switch pending.Do {
		case DoArm:
			now += Instant(pending.After)
			in = Input{Event: ProbeDue}
		case DoProbe:
			in = Input{Event: Probed, Verdict: before}
			took := Instant(quick)
			if now+quick > deafFrom {
				in.Verdict, took = waits, Instant(p.Timeout)
			}
			now += took
		}
		in.At, in.Tick, in.Seq, in.Run = now, now, pending.Seq, pending.Run
		var effects []Effect
		s, effects = s.Step(m, in)
		if pending = effects[len(effects)-1]; s.State != Restarting && pending.Do != DoArm && pending.Do != DoProbe {
			t.Fatalf("%s: nothing probes any more: %v", s.State, effectLines(effects))
		}
	}
	return now - deafFrom
}

func TestDefaultPolicyIsSound(t *testing.T) {
	p := DefaultPolicy()
	if p.RestartLimit > MaxRestartLimit || p.Threshold < 1 || p.UnservedLimit < 1 || p.BackoffBase > p.BackoffMax {
		t.Errorf("%+v", p)
	}
	for i, figure := range leaves(&Settings{Policy: p}) {
		if figure.owner == "Policy" && figure.value.Int() <= 0 {
			t.Errorf("%d: %s is %d", i, figure.name, figure.value.Int())
		}
	}
}
