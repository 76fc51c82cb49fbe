package fsm

import (
	"math/rand/v2"
	"slices"
	"testing"
)

var everyInput = []CommandInputKind{InputWon, InputBusy, InputHanded, InputNotHanded, InputDrove, InputProbeOK, InputProbeFailed, InputTimeout, InputNoAnswer, InputYieldOver, InputStillSuspended, InputStillLost, InputBroken}

// A command is fed whatever can be seen, in any order: it never panics, never
// signals no process, never acts on a lock that it did not just win, and ends once.
func TestCommandWalk(t *testing.T) {
	const seed = 1
	dice := rand.New(rand.NewPCG(seed, 2))
	m, c := NewCommandMachine(), Command{Phase: CommandDone}
	var trail []CommandInput
	for step := range 100_000 {
		var deeds []CommandEffect
		in := someSight(dice)
		if c.Done() {
			if after, more := c.Step(m, in); len(more) != 0 || after != c {
				t.Fatalf("step %d: a command that is over does %+v", step, more)
			}
			trail, in = nil, CommandInput{}
			c, deeds = Command{
				Verb: pick(dice, []Verb{VerbStart, VerbStop, VerbRestart}), Want: someSettings(dice),
				Given: pick(dice, []Names{"", "port"}), Patience: 60_000, Grace: 10_000,
			}.Open()
		} else {
			trail = append(trail, in)
			c, deeds = c.Step(m, in)
		}
		checkDeeds(t, c, in, deeds)
		if t.Failed() {
			t.Fatalf("seed %d, step %d, %s after %+v", seed, step, c.Verb, trail)
		}
	}
}

func checkDeeds(t *testing.T, c Command, in CommandInput, deeds []CommandEffect) {
	t.Helper()
	ours := in.Kind == InputWon || in.Kind == InputDrove
	for i, d := range deeds {
		last := i == len(deeds)-1
		switch d.Do {
		case ActAskSetup:
			if !d.Driver.Same(in.Record.Supervisor) || in.Record.SetupFault() == "" {
				t.Errorf("%s for nothing, or of a supervisor that may not listen", d.Do)
			}
		case ActAskStop, ActKillSupervisor:
			if d.Driver.PID <= 1 {
				t.Errorf("%s without a process", d.Do)
			}
			if c.Verb == VerbStart && !in.Outdated && !in.Suspended {
				t.Errorf("a start ends a driver that is awake and not older")
			}
		case ActDrive:
			if !ours || d.Record.Desired != WantStopped || c.Verb == VerbStart {
				t.Errorf("a %s drives after %s, wanted %s", c.Verb, in.Kind, d.Record.Desired)
			}
		case ActHandOver:
			if !ours || d.Record.Desired != WantRunning || c.Verb == VerbStop || c.Handovers < 1 || c.Handovers > maxHandovers {
				t.Errorf("a %s hands over after %s, wanted %s, for the %d. time", c.Verb, in.Kind, d.Record.Desired, c.Handovers)
			}
		case ActArm:
			if d.After <= 0 || d.Input == "" {
				t.Errorf("arms %q in %d ms", d.Input, d.After)
			}
		case ActFinish:
			if !last || !c.Done() || d.Outcome.Result == "" || deeds[i-1].Do != ActReleaseLock {
				t.Errorf("finishes %q as deed %d of %d", d.Outcome.Result, i+1, len(deeds))
			}
		}
		if c.Done() && last && d.Do != ActFinish {
			t.Errorf("is done without saying so: %s", d.Do)
		}
	}
}

func someSettings(dice *rand.Rand) Settings {
	ip := pick(dice, []string{"", "", "", "", "127.0.0.2"})
	return Settings{IP: ip, Port: 7233 + dice.IntN(2), UIPort: pick(dice, []int{8233, 8233, 8233, 7234}), TemporalBin: pick(dice, []string{"/bin/temporal", "/bin/temporal", ""}), Policy: DefaultPolicy()}
}

func someSight(dice *rand.Rand) CommandInput {
	in := CommandInput{Kind: pick(dice, append(everyInput, "bogus")), Record: someRecord(dice), Detail: "something"}
	in.Record.Settings = someSettings(dice)
	in.Record.Incarnation = dice.Uint64N(4)
	if dice.IntN(3) == 0 {
		in.Record.Settings.Retention = 1
		in.Record.Database.Setup = pick(dice, []AppliedSetup{{}, {Wanted: in.Record.Settings.WantedSetup()}, {Wanted: in.Record.Settings.WantedSetup(), Fault: "it differs"}})
	}
	in.Record.RestartPending, in.Record.Lost = dice.IntN(3) == 0, dice.IntN(2) == 0
	in.Record.Failure.Event = pick(dice, []Event{"", Exited, LockDenied})
	in.Evidence = Evidence{Owner: pick(dice, LockOwners), Leader: process(100), Holder: "pid 7"}
	if dice.IntN(3) > 0 {
		in.Driver = process(50 + dice.IntN(2))
	}
	in.Outdated, in.Suspended = dice.IntN(4) == 0, in.Driver.PID != 0 && dice.IntN(4) == 0
	if dice.IntN(3) > 0 {
		in.Record.Supervisor = in.Driver
	}
	if dice.IntN(10) == 0 {
		in.Holder = "pid 7"
	}
	// The ends by timeout and breakage are rare, or no walk would get far.
	if (in.Kind == InputTimeout || in.Kind == InputBroken) && dice.IntN(10) > 0 {
		in.Kind = InputBusy
	}
	return in
}

// someCommand is a command in any phase, with what it may know there.
func someCommand(dice *rand.Rand) Command {
	c := Command{
		Verb: pick(dice, []Verb{VerbStart, VerbStop, VerbRestart}), Want: someSettings(dice), Given: pick(dice, []Names{"", "port"}),
		Phase: pick(dice, Phases), Since: NoGeneration, Ending: NoGeneration,
	}
	if slices.Contains(starting, c.Phase) == (c.Verb == VerbStop) || c.Verb == VerbStart && !slices.Contains(starting, c.Phase) {
		c.Verb = VerbRestart
	}
	if slices.Contains(asked, c.Phase) {
		c.Asked, c.Ending, c.RestartAcked = process(50), dice.Uint64N(4), dice.IntN(2) == 0
	}
	if c.Phase == StopDriving {
		c.RestartAcked = c.Verb == VerbRestart
	}
	if slices.Contains(waited, c.Phase) {
		c.Since, c.Yielded, c.Handovers = dice.Uint64N(9), dice.Uint64N(9), dice.IntN(maxHandovers+1)
		c.Replaced = pick(dice, []Process{{}, process(50)})
	}
	c.Looks = dice.IntN(maxLooks + 1)
	return c
}
