package fsm

import (
	"fmt"
	"strings"
	"testing"
)

// everyLook is every class of what can be seen.
func everyLook() []Look {
	var looks []Look
	for _, driven := range []bool{true, false} {
		for _, hold := range LockOwners {
			looks = append(looks, Look{Driven: driven, Owner: hold, Holder: "pid 7 (x)"})
			for _, verdict := range []Verdict{deaf, unready, passed} {
				looks = append(looks, Look{Driven: driven, Owner: hold, Holder: "pid 7 (x)", Asked: true, Verdict: verdict, Detail: "no answer"})
			}
		}
	}
	return looks
}

func TestDiagnoseIsTotal(t *testing.T) {
	for _, state := range States {
		for _, desired := range claimedDesires {
			for _, l := range everyLook() {
				r := Record{State: state, Desired: desired, Generation: 5, Reason: "as recorded"}
				d := Diagnose(r, l)
				name := fmt.Sprintf("%s/%q, %+v", state, desired, l)
				switch {
				case !d.State.Known() || d.Reason == "":
					t.Errorf("%s: %+v", name, d)
				case d.Agrees != (d.State == state):
					t.Errorf("%s: %+v agrees %t", name, d, d.Agrees)
				case d.State == Healthy && (!l.Driven || l.Asked && !l.Verdict.Ready):
					t.Errorf("%s: Healthy without a driver or an answer", name)
				case !l.Driven && l.Owner == OwnerNone && d.State != Stopped:
					t.Errorf("%s: both locks are free, and it is %s", name, d.State)
				case d != Diagnose(r, l):
					t.Errorf("%s: not a function", name)
				}
			}
		}
	}
}

func TestDiagnose(t *testing.T) {
	failed := Record{State: Stopped, Generation: 9, Failure: Failure{Event: Exited, Reason: "it exited with status 1"}}
	for _, c := range []struct {
		name   string
		record Record
		look   Look
		state  State
		says   string
		agrees bool
	}{
		{"all is well", Record{State: Healthy, Reason: "a client can work"}, Look{Driven: true, Owner: OwnerOurs, Asked: true, Verdict: passed}, Healthy, "a client can work", true},
		{"it hangs right now", Record{State: Healthy}, Look{Driven: true, Owner: OwnerOurs, Asked: true, Detail: "no answer"}, Degraded, "no answer", false},
		{"it just ended", Record{State: Healthy}, Look{Driven: true, Owner: OwnerNone}, Restarting, "just ended", false},
		{"handing over", Record{State: Stopped, Desired: WantRunning}, Look{Driven: true, Owner: OwnerNone}, Locking, "handing over", false},
		{"waiting for the back-off", Record{State: Restarting, Reason: "it exited"}, Look{Driven: true, Owner: OwnerNone}, Restarting, "it exited", true},
		{"everything was killed", Record{State: Healthy, Generation: 5}, Look{Owner: OwnerNone}, Stopped, "the record says Healthy, but nothing runs", false},
		{"the supervisor was killed", Record{State: Healthy}, Look{Owner: OwnerOurs, Asked: true, Verdict: passed}, Degraded, "no supervisor", false},
		{"and it hangs", Record{State: Healthy}, Look{Owner: OwnerOurs, Asked: true, Detail: "no answer"}, Degraded, "no answer", false},
		{"a dead stop", Record{State: Stopping}, Look{Owner: OwnerOurs}, Stopping, "stop finishes it", true},
		{"left-overs", Record{State: Healthy}, Look{Owner: OwnerLeftover}, Stopping, "left behind", false},
		{"a foreign process", Record{State: Stopped}, Look{Owner: OwnerForeign, Holder: "pid 7 (x)"}, Stopped, "pid 7 (x)", true},
		{"a failure is kept", failed, Look{Owner: OwnerNone}, Stopped, "it exited with status 1", true},
		{"damaged", Record{State: Stopped}, Look{Lost: true, Damage: "damaged: it is empty", Owner: OwnerNone}, Stopped, "cannot be read (damaged: it is empty)", true},
		{"never started", Record{State: Stopped}, Look{Owner: OwnerNone}, Stopped, "never started", true},
	} {
		d := Diagnose(c.record, c.look)
		if d.State != c.state || d.Agrees != c.agrees || !strings.Contains(d.Reason, c.says) {
			t.Errorf("%s: %+v, want %s, agrees %t, because %q", c.name, d, c.state, c.agrees, c.says)
		}
	}
}

// drivenIn is what is seen where a supervisor drives, in a state.
func drivenIn(state State) CommandInput {
	r := Record{State: state, Desired: WantRunning, Generation: 5, Supervisor: process(50)}
	if state == Stopping || state == Stopped {
		r.Desired = WantStopped
	}
	return CommandInput{Kind: InputBusy, Record: r, Driver: process(50)}
}

func TestMovesNameEveryRow(t *testing.T) {
	for _, state := range States {
		moves := Moves(drivenIn(state))
		told := map[string]State{}
		for _, m := range moves {
			if _, double := told[m.Event]; double || m.Effect == "" || !m.To.Known() {
				t.Errorf("%s: double or empty: %+v", state, m)
			}
			told[m.Event] = m.To
		}
		for _, event := range []string{"start", "stop", "restart"} {
			if told[event] == "" {
				t.Errorf("%s: what %s would do is not listed", state, event)
			}
		}
		for _, row := range Table {
			if in := drivenIn(state); row.From == state && row.On != Resumed && in.Record.mayCome(row.On) && told[string(row.On)] != row.To {
				t.Errorf("%s: %s leads to %s, listed is %q", state, row.On, row.To, told[string(row.On)])
			}
		}
	}
}

// What a command would do is what its row says: each case names the row.
func TestMovesOfCommandsAreRows(t *testing.T) {
	suspended, older := drivenIn(Degraded), drivenIn(Healthy)
	suspended.Suspended, older.Outdated = true, true
	free := CommandInput{Kind: InputWon, Record: Record{State: Healthy, Desired: WantRunning, Generation: 5}, Evidence: Evidence{Owner: OwnerNone}}
	orphan, foreign := free, free
	orphan.Evidence.Owner, foreign.Evidence.Owner = OwnerOurs, OwnerForeign
	for _, c := range []struct {
		name string
		in   CommandInput
		verb Verb
		says string
	}{
		{"healthy", drivenIn(Healthy), VerbStart, "nothing: already running"},
		{"its record is lost", CommandInput{Kind: InputBusy, Record: Record{State: Healthy}, Driver: process(50)}, VerbStart, "nothing: already running"},
		{"healthy", drivenIn(Healthy), VerbStop, "ask the supervisor to stop: SIGTERM to the whole group"},
		{"healthy", drivenIn(Healthy), VerbRestart, "ask the supervisor to stop, then start with the recorded settings"},
		{"stopping", drivenIn(Stopping), VerbStart, "a start never interrupts a stop"},
		{"stopping", drivenIn(Stopping), VerbStop, "the grace period of the later request counts"},
		{"suspended", suspended, VerbStart, "it may be woken"},
		{"older", older, VerbStart, "end the older supervisor"},
		{"nothing runs", free, VerbStart, "start a supervisor, which inherits supervisor.lock: take temporal.lock"},
		{"nothing runs", free, VerbStop, "nothing: nothing runs"},
		{"nothing runs", free, VerbRestart, "start a supervisor, which inherits supervisor.lock, with the recorded settings"},
		{"the supervisor died", orphan, VerbStart, "adopt the running Temporal"},
		{"the supervisor died", orphan, VerbStop, "stop Temporal in this process: SIGTERM"},
		{"a foreign lock", foreign, VerbRestart, "nothing: a foreign process is never touched"},
	} {
		for _, m := range Moves(c.in)[:3] {
			if m.Event == string(c.verb) && !strings.Contains(m.Effect, c.says) {
				t.Errorf("%s: %s says %q, not %q", c.name, c.verb, m.Effect, c.says)
			}
		}
	}
}

func TestWhatAMoveDoesIsToldInWords(t *testing.T) {
	for _, row := range Table {
		text := effectOf(row)
		if !strings.Contains(text, row.Why) {
			t.Errorf("%s in %s: %q has no reason", row.On, row.From, text)
		}
		for _, action := range row.Do {
			if Phrases[action] == "" || !strings.Contains(text, Phrases[action]) {
				t.Errorf("%s in %s: %q does not name %q", row.On, row.From, text, action)
			}
		}
	}
}

func TestUndrivenTellsWhatTheCommandsWouldDo(t *testing.T) {
	for _, state := range claimedStates {
		for _, hold := range LockOwners {
			moves := Moves(CommandInput{Kind: InputWon, Record: Record{State: state}, Evidence: Evidence{Owner: hold, Holder: "pid 7 (x)"}})
			if len(moves) != 3 || moves[0].Event != "start" || moves[1].Event != "stop" || moves[2].Event != "restart" {
				t.Fatalf("%q, lock %s: %+v", state, hold, moves)
			}
			for _, m := range moves {
				if m.Effect == "" || !m.To.Known() || hold == OwnerForeign && m.To != Stopped {
					t.Errorf("%q, lock %s: %+v", state, hold, m)
				}
			}
		}
	}
}

func TestHowAProcessEnded(t *testing.T) {
	for want, exit := range map[string]Exit{
		"exited with status 3":        {Known: true, Code: 3},
		"was ended by signal SIGKILL": {Known: true, Code: 137, Signal: "sigkill"},
		"not this supervisor's child": {},
		"the kernel reported no exit": {Code: 1, Signal: "SIGKILL"},
		"exited with status 0":        {Known: true},
	} {
		if got := exit.Words(); !strings.Contains(got, want) {
			t.Errorf("%+v: %q, want %q", exit, got, want)
		}
	}
}

func TestWhatMayBeAKill(t *testing.T) {
	for exit, want := range map[Exit]bool{
		{Known: true, Code: 137, Signal: "SIGKILL"}: true,
		{Known: true, Code: 137}:                    true, // a shell's, for its child
		{}:                                          true,
		{Known: true, Code: 143, Signal: "SIGTERM"}: false,
		{Known: true, Code: 1}:                      false,
		{Known: true}:                               false,
	} {
		if exit.MayBeKilled() != want {
			t.Errorf("%+v: not %t", exit, want)
		}
	}
	for shortage, want := range map[Shortage]string{NoShortage: "SIGKILL", LimitShortage: "the memory limit of its group was hit", MachineShortage: "the machine, or a group above"} {
		s := Supervisor{}
		s.Temporal.PID = 7
		reason := s.failureReason(Row{On: Exited}, Input{Exit: Exit{Known: true, Signal: "SIGKILL", Shortage: shortage}})
		if !strings.Contains(reason, want) || shortage == NoShortage && strings.Contains(reason, "memory") {
			t.Errorf("%q: %s", shortage, reason)
		}
	}
}
