package fsm

import "testing"

func TestWorksOn(t *testing.T) {
	for ip, want := range map[string]bool{
		"127.0.0.1": true, "0.0.0.0": true, "::": true,
		"127.0.0.2": false, "127.1.2.3": false, "::1": false, "192.0.2.1": false, "fd00::2": false, "": true, "localhost": false,
	} {
		if WorksOn(ip) != want {
			t.Errorf("%q: %t", ip, !want)
		}
	}
}

// One that an older version started where it cannot work is adopted as Degraded at once,
// said why, and left as it is.
func TestAMisplacedTemporalIsLeftAlone(t *testing.T) {
	m := NewMachine()
	s, first := Begin(Record{
		State: Healthy, Desired: WantRunning, RecordedRun: RecordedRun{Temporal: process(100), Served: true},
		Settings: Settings{IP: "127.0.0.2", Policy: DefaultPolicy()},
	}, process(2), Evidence{Owner: OwnerOurs, Leader: process(100)}, Input{Stamp: Stamp{At: 1, Tick: 1}})
	s, _ = s.Step(m, first)
	for tick := Instant(1000); tick < 3_600_000; tick += 2000 {
		s, _ = s.Step(m, Input{Event: Probed, Run: s.Run, Stamp: Stamp{At: tick, Tick: tick}, Verdict: unready})
		if s.State != Degraded || s.Reason != CannotWorkOn("127.0.0.2") || s.Generation > 4 {
			t.Fatalf("%d ms: %s, generation %d: %s", tick, s.State, s.Generation, s.Reason)
		}
	}
	// A later version of Temporal may work there.
	if s, _ = s.Step(m, Input{Event: Probed, Run: s.Run, Stamp: Stamp{At: 4_000_000, Tick: 4_000_000}, Verdict: passed}); s.State != Healthy {
		t.Errorf("it answers, and is %s", s.State)
	}
}

// A restart that would keep such an address stops nothing, with a supervisor or without.
func TestARestartOnAnAddressThatCannotWorkStopsNothing(t *testing.T) {
	for _, driver := range []int{0, 50} {
		c := Command{Verb: VerbRestart, Patience: 1000}
		c, _ = c.Open()
		r := Record{State: Healthy, Desired: WantRunning, Generation: 5, RecordedRun: RecordedRun{Temporal: process(100)}, Settings: Settings{IP: "127.0.0.2", Policy: DefaultPolicy()}}
		in := CommandInput{Kind: InputWon, Record: r, Evidence: Evidence{Owner: OwnerOurs, Leader: process(100)}}
		if driver != 0 {
			in = CommandInput{Kind: InputBusy, Record: r, Driver: process(driver)}
		}
		_, deeds := c.Step(NewCommandMachine(), in)
		if last := deeds[len(deeds)-1]; last.Outcome.Result != ResultAddressUnusable {
			t.Errorf("driver %d: %+v", driver, deeds)
		}
	}
}
