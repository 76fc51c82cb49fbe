package fsm

import "testing"

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
		if got := p.BudgetExceeded(c.r, now); (got != "") != c.spent {
			t.Errorf("%s: %q", c.name, got)
		}
	}
	p.RestartLimit = MaxRestartLimit
	if p.BudgetExceeded(restarted(MaxRestartLimit, now), now) == "" {
		t.Error("the largest limit that can be asked for is never reached")
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
			s, up := supervisorAfter(t, toHealthy...), true
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
		s, up := supervisorAfter(t, toHealthy...), true
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
