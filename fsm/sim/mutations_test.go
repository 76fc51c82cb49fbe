package sim

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// simMutation is one defect put into the product's code; the simulation must find it.
type simMutation struct {
	name, file, old, new string
}

// simMutations are what the simulation must catch.
//
// Some are of the simulation itself, where it mirrors a proof of package actions: they
// show that a world is reached in which it takes that proof.
//
// Left out, since the locks heal them: a restart that skips Locking (the driver
// has the lock already), one that does not await the tree's end (Locking finds the
// remnant), Resume forgetting a stop under way or a foreign lock (Locking refuses).
var simMutations = []simMutation{
	{"act before the save", "../supervisor.go",
		"effects = append(effects, more...)\n\t}", "effects = append(more, effects...)\n\t}"},
	{"a spawn needs no record, as the lock does not", "../supervisor.go",
		"next.Do == DoLock && !save.Durable", "(next.Do == DoLock || next.Do == DoSpawn) && !save.Durable"},
	{"a PID is identity enough", "../record.go",
		"return p.PID > 1 && p.PID == q.PID && p.StartTicks != 0 && p.StartTicks == q.StartTicks && p.Boot == q.Boot", "return p.PID > 1 && p.PID == q.PID"},
	{"resume believes the record over a free lock", "../resume.go",
		"func resumeFree(r Record, wanted bool) Plan {", "func resumeFree(r Record, wanted bool) Plan {\n\tif wanted && r.State == Healthy {\n\t\treturn Plan{Locking, OrphanFound, \"it says so\"}\n\t}"},
	{"resume takes remnants for a Temporal", "../resume.go", "case e.Owner == OwnerLeftover:", "case false:"},
	{"resume says nothing is to be done when it is to be stopped", "../resume.go",
		"return Plan{Stopping, Resumed, \"Temporal still runs and is to be stopped first\"}", "return Plan{Stopped, \"\", \"\"}"},
	{"a denied lock is good enough", "../table.go",
		"{Locking, LockDenied, Stopped, do(DoRelease)", "{Locking, LockDenied, Starting, do(DoSpawn)"},
	{"the lock is released before the spawn", "../table.go",
		"{Locking, LockAcquired, Starting, do(DoSpawn)", "{Locking, LockAcquired, Starting, do(DoRelease, DoSpawn)"},
	{"SIGTERM must be enough", "../table.go",
		"{Stopping, GraceElapsed, Stopping, do(DoKill)", "{Stopping, GraceElapsed, Stopping, do()"},
	{"nobody watches what is adopted", "../table.go",
		"{Locking, OrphanFound, Starting, do(DoAdopt, DoWatch)", "{Locking, OrphanFound, Starting, do(DoAdopt)"},
	{"a Temporal without its database is restarted", "../table.go",
		"{Starting, ProbeFailed, Degraded, do(DoScheduleProbe)", "{Starting, ProbeFailed, Restarting, do(DoTerm)"},
	{"stopped before the tree is gone", "../table.go",
		"{Healthy, Stop, Stopping, do(DoTerm)", "{Healthy, Stop, Stopped, do(DoTerm, DoRelease)"},
	{"late timers count", "../supervisor.go", "if in.Seq != s.Seq || (in.Event", "if (in.Event"},
	{"an earlier Temporal's exit counts", "../supervisor.go", "if in.Run != s.Run {", "if false {"},
	{"the driver is not named in the record", "../supervisor.go", "s.Supervisor = s.Self\n", ""},
	{"the budget is never exhausted", "../policy.go", "func (p Policy) BudgetExceeded(r Restarts, now Instant) string {", "func (p Policy) BudgetExceeded(r Restarts, now Instant) string {\n\treturn \"\""},
	{"start does not wait while it is stopping", "../command_table.go",
		"{following, StopUnderWay, \"\", then(ActWait), \"\",", "{following, StopUnderWay, CommandDone, finish, ResultAlreadyRunning,"},
	{"a start takes a restart for a stop", "../command_classify.go", "r.Desired == WantStopped && !r.RestartPending && r.Generation > c.Since", "r.Desired == WantStopped && r.Generation > c.Since"},
	{"a start waits for a restart that is dead", "../command_classify.go", "r.RestartPending && c.Yielded != r.Generation", "r.RestartPending"},
	{"start believes a Healthy record", "../command_classify.go", "case r.Generation > c.Since:", "case true:"},
	{"a start over a foreign lock", "../prepare.go", "return r, Outcome{Result: ResultTemporalLockForeign, Record: r, Holder: e.Holder}", ""},
	{"stop believes a Stopped record", "../command_classify.go",
		"case in.Evidence.Owner == OwnerNone && r.State == Stopped", "case r.State == Stopped"},
	{"stop ends when the record says Stopping", "../command_table.go",
		"{at(StopAsked, StopAcked), StopBegun, StopAcked, then(ActWait), \"\",", "{at(StopAsked, StopAcked), StopBegun, CommandDone, finish, ResultStopped,"},
	{"stop does not want it stopped", "../command_act.go", "r.Desired, r.RestartPending = WantStopped, c.Verb == VerbRestart\n", ""},
	{"a stop leaves it to be started again", "../command_classify.go", "&& !(c.Verb == VerbStop && r.RestartPending):", ":"},
	{"a timer that was armed for a dead driver counts in the command's own drive", "../command_classify.go", "case in.Kind != InputDrove:\n\t\treturn \"\"", "case in.Kind != InputDrove:\n\t\treturn TemporalLockForeign"},
	{"a driver that does not answer is left alone", "../command_table.go",
		"StopUnanswered, StopKilled, then(ActKillAsked, ActArmKilled)", "StopUnanswered, StopKilled, then(ActArmKilled)"},
	{"a start keeps an older supervisor", "../command_classify.go", "older := in.Outdated && in.Driver", "older := false && in.Driver"},
	{"a start ends any supervisor", "../command_classify.go", "older := in.Outdated && in.Driver", "older := in.Driver"},
	{"an older supervisor is asked to stop", "../command_act.go", "{Do: ActKillSupervisor, Driver: in.Driver, Detail", "{Do: ActAskStop, Driver: in.Driver, Detail"},
	{"a half-made database is kept", "../act.go", "if s.Database.Created && !s.Database.Served && !in.Fresh {", "if false {"},
	{"every database is set aside", "../act.go", "if s.Database.Created && !s.Database.Served && !in.Fresh {", "if !in.Fresh {"},
	{"what is known of the database may be lost", "../supervisor.go", "saved.Durable || s.Database != before", "saved.Durable || false && s.Database != before"},
	{"what served is not noted", "../account.go", "s.Database.Served = true", ""},
	{"an incarnation is not written", "../record.go", "`json:\"incarnation\"`", "`json:\"-\"`"},
	{"the record names no wish", "../account.go", "\t\ts.Desired, s.RestartPending = WantStopped, in.RestartPending\n\t\ts.Grace = in.Grace", "\t\ts.Desired = \"\"\n\t\ts.Grace = in.Grace"},
	{"a restart takes from the limit", "../account.go", "s.Restarts = s.Restarts.Add(in.At)", "s.Restarts = s.Restarts.Add(in.At)\n\t\t\ts.Settings.Policy.RestartLimit -= 2"},
	{"a group is signalled by its number alone", "signal_test.go", "if w.provenMember(r.tmp) || w.outlived(r.tmp) {", "if true {"},
	{"a member of the group need not hold the lock", "signal_test.go", "if m.locks && m.pgid == leader.pid && (m.proc.same(leader) || m.inGroup(leader)) {", "if m.pgid == leader.pid {"},
	{"whoever holds the lock is signalled", "signal_test.go", "ours := hold != fsm.OwnerForeign", "ours := hold != fsm.OwnerNone"},
	{"a process is signalled by its PID alone", "signal_driver_test.go", "return now, now.same(p)", "return now, now.pid == p.pid"},
	{"a signal goes by the PID after the proof", "signal_driver_test.go", "bound := s.proc.same(p)", "bound := s.proc.pid == p.pid"},
	{"an opener of temporal.lock is a holder", "signal_test.go", "locks: s.locks})", "locks: true})"},
	{"an opener of supervisor.lock is a holder", "command_test.go", "slices.Contains(w.seat, simOnlooker.proc.uid)", "true"},
	{"a dying leader counts as alive", "remains_test.go", "(!listed || dying)", "(!listed && !dying)"},
	{"members without the lock are not waited for", "apply_test.go", "d.seesOff = n.outlived(d.s.rec.tmp)", "d.seesOff = false"},
	{"the mark is needed to be ended", "signal_test.go", "if ours && m.locks && m.pgid != r.tmp.pid {", "if ours && m.locks && m.pgid != r.tmp.pid && w.run.conf.Kind != simHides {"},
	{"what escaped is proven after its group was killed", "signal_test.go", "if ours && m.locks && m.pgid != r.tmp.pid {", "if late, _ := w.observe(r); late != fsm.OwnerForeign && m.locks && m.pgid != r.tmp.pid {"},
	{"birth order goes by the wall clock", "signal_test.go", "m.proc.uid >= leader.uid", "!m.earlier"},
	{"any look counts as seeing the record's change", "command_test.go", "c.changed = c.changed && s.saw != fsm.InputBusy", "c.changed = false"},
	{"state does not look at the record again", "look_test.go", "return r == l.saw.r && lost == l.saw.lost", "return r != nil || lost"},
	{"state does not look at temporal.lock again", "look_test.go", "return hold == l.saw.hold", "return hold != \"\""},
	{"restarts that are yet to come count", "../policy.go", "at <= 0 || at > next || now-at", "at <= 0 || next < 0 || now-at"},
	{"a clock that was set back empties the budget for good", "../policy.go", "n, next := 0, now\n", "n, next := 0, now\n\tfor _, at := range r.Recent {\n\t\tif at > now {\n\t\t\treturn 0\n\t\t}\n\t}\n"},
	{"the window never passes", "../policy.go", "|| now-at >= Instant(window)", ""},
	{"a run that lasted for the window forgets nothing", "../account.go", "if s.servedFor(in, p.RestartWindow) {", "if false {"},
	{"a late answer is none", "../judge.go", "s.UnresponsiveSince, s.Slow = 0, v.Took", "s.Slow = v.Took"},
	{"an answer counts of a Temporal that is being ended", "../answer.go", "return s.State == Starting || s.State == Healthy || s.State == Degraded", "return s.State != \"\""},
	{"no run is stable", "../account.go", "s.Stable = s.servedFor(in, p.StableAfter)", ""},
	{"a stable run is told by the wall clock", "../account.go", "s.Stable = s.servedFor(in, p.StableAfter)", "s.Stable = s.ServedAt != 0 && in.At-s.ServedAt >= Instant(p.StableAfter)"},
}

// simTakes are scenarios that are searched to their end for one mutation; for the
// others a little of each will do.
var simTakes = map[string]string{
	"any look counts as seeing the record's change":         "commands=r, temporal=good, before=healthy, freeze=1, late=1",
	"state does not look at the record again":               "commands=r, temporal=good, before=healthy, crash=1, look=1",
	"state does not look at temporal.lock again":            "commands=r, temporal=crashes, before=healthy, mishap=1, look=1",
	"restarts that are yet to come count":                   "commands=s, temporal=crashes, before=healthy, mishap=3, clock=3",
	"a clock that was set back empties the budget for good": "commands=s, temporal=crashes, before=healthy, mishap=6, clock=1",
	"the window never passes":                               "commands=s, temporal=crashes, before=healthy, mishap=3, clock=3",
	"a run that lasted for the window forgets nothing":      "commands=s, temporal=crashes, before=healthy, mishap=3, clock=3",
	"a late answer is none":                                 "commands=s, temporal=becomes slow, before=healthy, mishap=2",
	"an answer counts of a Temporal that is being ended":    "commands=s, temporal=becomes slow, before=healthy, mishap=2",
	"no run is stable":                                      "commands=s, temporal=crashes, before=healthy, mishap=3, clock=3",
	"a stable run is told by the wall clock":                "commands=s, temporal=crashes, before=healthy, mishap=3, clock=3",
}

// TestMutationsFitTheCode: each has one place in the code as it is now.
func TestMutationsFitTheCode(t *testing.T) {
	for _, m := range simMutations {
		text, err := os.ReadFile(m.file)
		if n := strings.Count(string(text), m.old); err != nil || n != 1 {
			t.Errorf("%s: %s has %q %d times (%v)", m.name, m.file, m.old, n, err)
		}
	}
}

// TestMutations puts each mutation into a copy of the code and expects the
// simulation to find it: a rule that nothing can break protects nothing.
func TestMutations(t *testing.T) {
	if os.Getenv("SIM_MUTATIONS") == "" {
		t.Skip("SIM_MUTATIONS=1 builds and runs every mutant: a minute or two")
	}
	for _, m := range simMutations {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			m.run(t)
		})
	}
}

func (m simMutation) run(t *testing.T) {
	text, err := os.ReadFile(m.file)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	mutant := filepath.Join(folder, filepath.Base(m.file))
	if err := os.WriteFile(mutant, []byte(strings.Replace(string(text), m.old, m.new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {original: mutant}})
	if err != nil {
		t.Fatal(err)
	}
	list, binary := filepath.Join(folder, "overlay.json"), filepath.Join(folder, "mutant.test")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", list, "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("the mutant does not build: %v\n%s", err, out)
	}
	mutated := exec.Command(binary, "-test.run", "^TestSimulation$", "-test.failfast", "-test.parallel", "1", "-test.timeout", "4m")
	mutated.Env = append(os.Environ(), "SIM_AT_MOST=1500", "SIM_MUTATIONS=")
	if only := simTakes[m.name]; only != "" {
		mutated.Env = append(os.Environ(), "SIM_ONLY="+only, "SIM_MUTATIONS=")
	}
	out, err := mutated.CombinedOutput()
	told := string(out)
	switch {
	case err == nil:
		t.Error("the simulation does not find it")
	case !strings.Contains(told, "again: SIM_REPLAY="):
		t.Errorf("it fails, but not by a broken rule: %.2000s", told)
	default:
		fmt.Printf("caught: %s: %s\n", m.name, simRule(told))
	}
}

// simRule is the line that names the broken rule.
func simRule(told string) string {
	for line := range strings.Lines(told) {
		if _, rule, ok := strings.Cut(line, "_test.go:"); ok {
			return strings.TrimSpace(rule)
		}
	}
	return ""
}
