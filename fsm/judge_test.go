package fsm

import (
	"fmt"
	"testing"
)

var (
	deaf    = Verdict{}
	unready = Verdict{Live: true}
	passed  = Verdict{Live: true, Ready: true}
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
		"deaf for the whole deadline":     {{4000, deaf, ""}, {7000, deaf, ProbeFailed}, {9999, deaf, ProbeFailed}, {10000, deaf, LivenessDeadline}},
		"not before the threshold":        {{1000, deaf, ""}, {8000, deaf, ProbeFailed}, {9000, deaf, LivenessDeadline}},
		"a gap resets":                    {{4000, deaf, ""}, {8000, deaf, ProbeFailed}, {20001, deaf, ""}, {24001, deaf, ProbeFailed}, {26001, deaf, LivenessDeadline}},
		"no gap yet":                      {{4000, deaf, ""}, {16000, deaf, ProbeFailed}},
		"a gap and it passes":             {{4000, deaf, ""}, {99000, passed, ProbePassed}},
		"a clock that goes back":          {{8000, deaf, ""}, {4000, deaf, ""}, {8000, deaf, ProbeFailed}, {10000, deaf, LivenessDeadline}},
		"an answer in between is hearing": {{4000, deaf, ""}, {7000, unready, ProbeFailed}, {10000, deaf, ProbeFailed}, {15000, deaf, ProbeFailed}, {16000, deaf, LivenessDeadline}},
		"alive but never ready":           {{4000, unready, ""}, {8000, unready, ProbeFailed}, {12000, unready, ProbeFailed}, {16000, unready, ProbeFailed}, {20000, unready, ProbeFailed}},
	} {
		t.Run(name, func(t *testing.T) {
			p, s := DefaultPolicy(), Streak{}
			for i, a := range answers {
				var event Event
				if s, event = p.Judge(s, a.verdict, a.tick); event != a.want {
					// The gap rule begins the deaf time anew, so the deadline counts from there.
					t.Errorf("answer %d at %d: %q, want %q", i+1, a.tick, event, a.want)
				}
			}
		})
	}
}

func TestOneThatAnswersIsNeverHung(t *testing.T) {
	p, s := DefaultPolicy(), Streak{}
	for tick := Instant(1); tick < 3_600_000; tick += 1500 {
		var event Event
		if s, event = p.Judge(s, unready, tick); event == LivenessDeadline {
			t.Fatalf("at %d ms", tick)
		}
	}
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
	s := run(t, toHealthy...)
	p := s.Settings.Policy
	now := s.ServedAt
	deafFrom += now
	pending := Effect{Do: DoArm, Event: ProbeDue, After: p.Period, Seq: s.Seq}
	for s.State != Restarting && now-deafFrom < 10*replacedWithin {
		var in Input
		switch pending.Do {
		case DoArm:
			now += Instant(pending.After)
			in = Input{Event: ProbeDue}
		case DoAsk:
			in = Input{Event: Probed, Verdict: before}
			took := Instant(quick)
			if now+quick > deafFrom {
				in.Verdict, took = deaf, Instant(p.Timeout)
			}
			now += took
		}
		in.At, in.Tick, in.Seq = now, now, pending.Seq
		var effects []Effect
		s, effects = s.Step(m, in)
		if pending = effects[len(effects)-1]; s.State != Restarting && pending.Do != DoArm && pending.Do != DoAsk {
			t.Fatalf("%s: nobody probes any more: %v", s.State, told(effects))
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
