package fsm

import (
	"math/rand/v2"
	"testing"
)

// A walk finds the combinations that no other test has. On failure the seed and the last inputs
// are enough to see it again.
func TestSupervisorWalk(t *testing.T) {
	for seed := range uint64(8) {
		walkSupervisor(t, seed, 20_000)
	}
}

func walkSupervisor(t *testing.T, seed uint64, steps int) {
	dice := rand.New(rand.NewPCG(seed, 1))
	m := NewMachine()
	var s Supervisor
	var trail []Input
	s.Done = true
	c := checker{t: t}
	at := Instant(1_000_000)
	for range steps {
		var effects []Effect
		if s.Done {
			r := someRecord(dice)
			c, trail = checker{t: t, last: r}, nil
			e := Evidence{Owner: pick(dice, LockOwners), Leader: process(100), Holder: "pid 7"}
			var first Input
			s, first = Begin(r, process(2), e, Input{Stamp: Stamp{At: at, Tick: at}})
			s, effects = s.Step(m, first)
		} else {
			at += Instant(dice.IntN(5000))
			in := someInput(dice, s, at)
			trail = append(trail, in)
			s, effects = s.Step(m, in)
			if len(effects) == 0 {
				t.Errorf("%s is neither acted on nor ignored", in.Event)
			}
		}
		c.effects(s, effects)
		deposed := len(trail) > 0 && trail[len(trail)-1].Event == LockLost
		if !s.State.Known() || s.Done != (s.State == Stopped || deposed) || s.Done && s.Desired == WantRunning && !deposed {
			t.Errorf("state %q, desired %q, done %t", s.State, s.Desired, s.Done)
		}
		if t.Failed() {
			t.Fatalf("seed %d, after %+v", seed, trail)
		}
	}
}

func pick[T any](dice *rand.Rand, from []T) T { return from[dice.IntN(len(from))] }

func someRecord(dice *rand.Rand) Record {
	return Record{
		State: pick(dice, States), Desired: pick(dice, claimedDesires), Generation: dice.Uint64N(9),
		Settings: Settings{DB: pick(dice, []string{"", "/db"}), Policy: DefaultPolicy(), Setup: Setup{Retention: pick(dice, []Millis{0, 1})}}, RecordedRun: RecordedRun{Temporal: process(100)},
		Restarts: Restarts{Unserved: dice.IntN(4)}, Database: Database{Path: "/db", Created: dice.IntN(2) == 0},
	}
}

func someInput(dice *rand.Rand, s Supervisor, at Instant) Input {
	events := append([]Event{"", "bogus"}, counted...)
	for _, info := range Events {
		events = append(events, info.Event)
	}
	in := Input{
		Event: pick(dice, events), Stamp: Stamp{At: at, Tick: at, Dice: dice.IntN(1000)}, Seq: s.Seq, Run: s.Run,
		Process: process(100 + dice.IntN(5)), BeforeSpawn: BeforeSpawn{Fresh: dice.IntN(2) == 0}, Grace: Millis(dice.IntN(3) * 100),
		Verdict: Verdict{Live: dice.IntN(2) == 0, Ready: dice.IntN(2) == 0, Lost: dice.IntN(4) == 0, Waits: dice.IntN(3) == 0, Late: dice.IntN(3) == 0, Took: Millis(dice.IntN(3) * 1500), Delayed: Millis(dice.IntN(2) * 9000)},
	}
	if dice.IntN(4) == 0 {
		in.Seq, in.Run = in.Seq-1, in.Run-1
	}
	return in
}
