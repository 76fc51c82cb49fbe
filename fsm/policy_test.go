package fsm

import (
	"fmt"
	"testing"
)

// restarted has n restarts at the same time.
func restarted(n int, at Instant) Restarts {
	var r Restarts
	for range n {
		r = r.Add(at)
	}
	return r
}

func TestBackoffDoublesToItsCapAndIsDrawnFromTheUpperHalf(t *testing.T) {
	p := DefaultPolicy()
	const now = 1_000_000
	for n := range MaxRestartLimit + 1 {
		full := p.BackoffBase
		for range n - 1 {
			full = min(2*full, p.BackoffMax)
		}
		last := Millis(-1)
		for dice := 0; dice < 1000; dice += 37 {
			pause := p.Backoff(restarted(n, now), now, false, dice)
			if pause < full/2 || pause > full || pause < last {
				t.Errorf("%d restarts, dice %d: %d ms, want within %d and %d and not below %d", n, dice, pause, full/2, full, last)
			}
			last = pause
		}
		if low, high := p.Backoff(restarted(n, now), now, false, 0), p.Backoff(restarted(n, now), now, false, 999); low != full/2 || high <= low {
			t.Errorf("%d restarts: from %d to %d ms, want from %d", n, low, high, full/2)
		}
	}
}

func TestBackoffKnowsStableRunsAndForgetsOldRestarts(t *testing.T) {
	p := DefaultPolicy()
	now := Instant(p.RestartWindow) + 1000
	for _, c := range []struct {
		name   string
		r      Restarts
		stable bool
		want   Millis
	}{
		{"stable", restarted(4, now), true, 0},
		{"first", restarted(1, now), false, p.BackoffBase / 2},
		{"none in the window", restarted(9, 500), false, p.BackoffBase / 2},
		{"capped", restarted(MaxRestartLimit, now), false, p.BackoffMax / 2},
	} {
		if got := p.Backoff(c.r, now, c.stable, 0); got != c.want {
			t.Errorf("%s: %d ms, want %d", c.name, got, c.want)
		}
	}
	p.BackoffBase, p.BackoffMax = 5000, 1000
	if got := p.Backoff(restarted(3, now), now, false, 999); got > 1000 {
		t.Errorf("a base above the cap: %d ms", got)
	}
}

func TestRestartsInTheWindow(t *testing.T) {
	var r Restarts
	for _, at := range []Instant{1000, 2000, 3000} {
		r = r.Add(at)
	}
	for _, c := range []struct {
		now    Instant
		window Millis
		want   int
	}{{3000, 10_000, 3}, {3000, 2001, 3}, {3000, 2000, 2}, {3000, 1, 1}, {4000, 1000, 0}, {90_000, 10_000, 0}} {
		if got := r.InWindow(c.now, c.window); got != c.want {
			t.Errorf("at %d, window %d: %d, want %d", c.now, c.window, got, c.want)
		}
	}
	if r.Total != 3 || r.Recent[0] != 3000 || r.Recent[2] != 1000 {
		t.Errorf("newest first: %+v", r)
	}
	if full := restarted(MaxRestartLimit+5, 7); full.InWindow(7, 1) != MaxRestartLimit || full.Total != MaxRestartLimit+5 {
		t.Errorf("more restarts than are kept: %+v", full)
	}
}

func TestBudget(t *testing.T) {
	p := DefaultPolicy()
	now := Instant(p.RestartWindow) * 2
	unserved := func(n int) Restarts { return Restarts{Unserved: n} }
	for _, c := range []struct {
		name  string
		r     Restarts
		spent bool
	}{
		{"none", Restarts{}, false},
		{"one below the limit", restarted(p.RestartLimit-1, now), false},
		{"at the limit", restarted(p.RestartLimit, now), true},
		{"long ago", restarted(p.RestartLimit, now-Instant(p.RestartWindow)), false},
		{"just within", restarted(p.RestartLimit, now-Instant(p.RestartWindow)+1), true},
		{"never served, below", unserved(p.UnservedLimit - 1), false},
		{"never served, at the limit", unserved(p.UnservedLimit), true},
	} {
		if got := p.Spent(c.r, now); (got != "") != c.spent {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// restartedAt has restarts at these times, in the order in which they happened.
func restartedAt(times ...Instant) Restarts {
	var r Restarts
	for _, at := range times {
		r = r.Add(at)
	}
	return r
}

// A clock that was set back makes old restarts neither young nor count, also when
// it comes by their times once more.
func TestInWindowWhenTheClockIsSetBack(t *testing.T) {
	const window, day = 300_000, 86_400_000
	const now = 10 * day
	for _, c := range []struct {
		name string
		r    Restarts
		want int
	}{
		{"one a day, then five days back", restartedAt(now+1, now+day, now+2*day, now+3*day, now+4*day), 0},
		{"all are later than now", restarted(5, now+day), 0},
		{"just now", restarted(5, now), 5},
		{"set back between two", restartedAt(now-500, now-400, now+day, now-200, now-100), 2},
		{"it has come by the old times again", restartedAt(now-300, now-100, now-200), 1},
		{"set on and back again", restartedAt(now-300, now-300+day, now-100), 1},
		{"times that cannot be", restartedAt(-1<<63, -1<<63, -1<<63), 0},
		{"times beyond all", restartedAt(1<<63-1, 1<<63-1), 0},
	} {
		if got := c.r.InWindow(now, window); got != c.want {
			t.Errorf("%s: %d restarts count, want %d", c.name, got, c.want)
		}
	}
}

// crash ends a Temporal that serves and goes on until the next one serves. It
// reports whether there is a next one.
func crash(m *Machine, s Supervisor, at, tick Instant) (Supervisor, bool) {
	step := func(in Input) {
		in.At, in.Tick, in.Seq, in.Run = at, tick, s.Seq, s.Run
		s, _ = s.Step(m, in)
	}
	step(Input{Event: Exited})
	step(Input{Event: Gone})
	if s.State == Restarting {
		step(Input{Event: BackoffElapsed}) // it need not wait after a stable run
	}
	if s.State != Locking {
		return s, false
	}
	step(Input{Event: LockAcquired})
	step(Input{Event: Spawned, Process: process(100)})
	step(Input{Event: Probed, Verdict: passed})
	return s, s.State == Healthy
}

// It ends at the limit, and set back in its midst at twice the limit: whenever
// that is, and however far.
func TestACrashLoopEndsWhenTheClockIsSetBackOnce(t *testing.T) {
	m, limit := NewMachine(), DefaultPolicy().RestartLimit
	for _, back := range []Instant{0, 1, 1500, 299_999, 300_000, 86_400_000} {
		for before := range limit + 1 {
			s, up := run(t, toHealthy...), true
			tick, offset, crashes := s.ServedAt, Instant(1_000_000_000), 0
			for ; up && crashes < 10*limit; crashes++ {
				if crashes == before {
					offset -= back
				}
				tick += 1000
				s, up = crash(m, s, tick+offset, tick)
			}
			if up || crashes <= limit || crashes > 2*limit+1 || back == 0 && crashes != limit+1 {
				t.Errorf("%d ms back after %d crashes: it ends after %d crashes", back, before, crashes)
			}
		}
	}
}

// One that crashes now and then is restarted for ever: wherever the clock is set,
// what was before a run that lasted for the window does not count, and no more
// does what the clock says to be old or yet to come.
func TestOldRestartsNeverEndIt(t *testing.T) {
	m := NewMachine()
	window := Instant(DefaultPolicy().RestartWindow)
	for _, c := range []struct {
		name        string
		tick, clock Instant // how far each goes on between two crashes
		backEvery   int
		back        Instant
	}{
		{"a day each, then ten days back", 10_000, 288 * window, 5, 2880 * window},
		{"it runs for the window, and the clock stands", window, 0, 100, 0},
		{"it runs for the window, and the clock goes back", window, -1000, 100, 0},
		{"the machine sleeps for the window", 10_000, window, 100, 0},
	} {
		s, up := run(t, toHealthy...), true
		tick, at := s.ServedAt, 1_000_000*window
		for i := range 40 {
			tick, at = tick+c.tick, at+c.clock
			if i%c.backEvery == c.backEvery-1 {
				at -= c.back
			}
			if s, up = crash(m, s, at, tick); !up {
				t.Errorf("%s: it gives up after crash %d: %s", c.name, i+1, s.Failure.Reason)
				break
			}
		}
	}
}

// The largest limit that can be asked for can still be reached.
func TestTheLargestLimitCanBeSpent(t *testing.T) {
	p := DefaultPolicy()
	p.RestartLimit = MaxRestartLimit
	if p.Spent(restarted(MaxRestartLimit, 1000), 1000) == "" {
		t.Errorf("%d restarts are within a limit of %d", MaxRestartLimit, MaxRestartLimit)
	}
}

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
