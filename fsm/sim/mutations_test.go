package sim

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mutation is one defect put into the product's code. The simulation must find one of
// package fsm, and the contract one of package actions. It
// changes the line that ends with the comment //mutation:PLACE: old becomes new there, and
// without old the whole line does.
type mutation struct {
	name, place, old, new string
	// only is the scenario that is searched to its end, or the trace that is played; for the
	// others a little of each scenario will do.
	only string
}

// mutations are what must be caught.
//
// Left out, since the locks heal them: a restart that skips Locking (the driver
// has the lock already), one that does not await the tree's end (Locking finds the
// remnant), Resume forgetting a stop under way or a foreign lock (Locking refuses).
var mutations = []mutation{
	{"act before the save", "save-first", "effects, more...", "more, effects...", ""},
	{"a spawn needs no record, as the lock does not", "unsaved-before", "next.Do == DoLock", "(next.Do == DoLock || next.Do == DoSpawn)", ""},
	{"a PID is identity enough", "same-process", " && p.StartTicks != 0 && p.StartTicks == q.StartTicks && p.Boot == q.Boot", "", ""},
	{"resume believes the record over a free lock", "lock-over-record", "", `why := "nothing runs"; if wanted && r.State == Healthy { return Plan{Locking, OrphanFound, why} }`, ""},
	{"resume takes remnants for a Temporal", "leftovers", "", "case false:", ""},
	{"resume says nothing is to be done when it is to be stopped", "stop-unfinished", `Stopping, Resumed, "Temporal still runs and is to be stopped first"`, `Stopped, "", ""`, ""},
	{"a denied lock is good enough", "lock-denied", "Stopped, do(DoRelease)", "Starting, do(DoSpawn)", ""},
	{"the lock is released before the spawn", "spawn-locked", "do(", "do(DoRelease, ", ""},
	{"SIGTERM must be enough", "sigkill", "DoKill", "", ""},
	{"a stop that waits for nothing sends SIGTERM", "now-waits", "DoKill", "DoTerm", ""},
	{"a restart that drives, and waits for nothing, forgets that it is one", "now-again", "", "", ""},
	{"a stop that is to be hurried is not", "now-hurries", "do(DoKill)", "nil", ""},
	{"nothing watches what is adopted", "adopted", ", DoWatch", "", ""},
	{"a Temporal without its database is restarted", "database-lost", "Degraded, do(DoScheduleProbe)", "Restarting, do(DoTerm)", ""},
	{"stopped before the tree is gone", "stop-waits", "Stopping, do(DoTerm)", "Stopped, do(DoTerm, DoRelease)", ""},
	{"late timers count", "late-timer", "in.Seq != s.Seq || ", "", ""},
	{"an earlier Temporal's exit counts", "late-exit", "", "if false {", ""},
	{"the driver is not named in the record", "driver-named", "", "", ""},
	{"the budget is never exhausted", "budget", "", `return ""; if false {`, ""},
	{"start does not wait while it is stopping", "start-waits", `"", then(ActWait), ""`, "CommandDone, finish, ResultAlreadyRunning", ""},
	{"a start takes a restart for a stop", "attempt-over", " && !r.RestartPending", "", ""},
	{"a start waits for a restart that is dead", "yields", " && c.Yielded != r.Generation", "", ""},
	{"start believes a Healthy record", "record-older", "", "case true:", ""},
	{"a start over a foreign lock", "foreign-lock", "", "", ""},
	{"stop believes a Stopped record", "nothing-runs", "in.Evidence.Owner == OwnerNone && ", "", ""},
	{"stop ends when the record says Stopping", "stop-begun", `StopBegun, StopAcked, then(ActWait), ""`, "StopBegun, CommandDone, finish, ResultStopped", ""},
	{"stop does not want it stopped", "drive-wish", "", "", ""},
	{"a stop leaves it to be started again", "nothing-runs", " && !(c.Verb == VerbStop && r.RestartPending)", "", ""},
	{"a timer that was armed for a dead driver counts in the command's own drive", "drive-timer", "", "return TemporalLockForeign", ""},
	{"a driver that does not answer is left alone", "driver-killed", "ActKillAsked, ", "", ""},
	{"a start keeps an older supervisor", "older", "in.Outdated", "false", ""},
	{"a start ends any supervisor", "older", "in.Outdated && ", "", ""},
	{"an older supervisor is asked to stop", "older-killed", "ActKillSupervisor", "ActAskStop", ""},
	{"a half-made database is kept", "half-made", "s.Database.Created && !s.Database.Served && !in.Fresh", "false", ""},
	{"every database is set aside", "half-made", "s.Database.Created && !s.Database.Served && ", "", ""},
	{"what is known of the database may be lost", "durable-database", "s.Database != before", "false && s.Database != before", ""},
	{"what served is not noted", "served-noted", "", "", ""},
	{"an incarnation is not written", "incarnation-written", `json:"incarnation"`, `json:"-"`, ""},
	{"the drawn ports are not written", "port-written", `json:"side_ports,omitzero"`, `json:"-"`, ""},
	{"a port is drawn each time", "port-drawn", "(f.Taken[i]", "(true || f.Taken[i]", ""},
	{"a port is kept that another program has", "port-drawn", `f.Taken[i] != "" || `, "", "commands=sr, temporal=good, ill=1"},
	{"a drawn port is taken for one that was asked for", "port-asked", "", "", "commands=sr, temporal=good, ill=1"},
	{"what was drawn is not in the settings that all read", "port-in-force", "cmp.Or(asked.Port, r.Drawn.Frontend)", "asked.Port", ""},
	{"a command forgets the drawn port", "port-kept", "r.withDrawn(Ports{})", "r", ""},
	{"the record names no wish", "wish-recorded", "", `s.Desired = ""`, ""},
	{"a restart takes from the limit", "restart-counted", "", "s.Restarts = s.Restarts.Add(in.At); s.Settings.Policy.RestartLimit -= 2", ""},
	{"restarts that are yet to come count", "window", "at > next", "next < 0", simRestarts},
	{"a clock that was set back empties the budget for good", "clock-back", "", "n, next := 0, now; for _, at := range r.Recent { if at > now { return 0 } }", "commands=s, temporal=crashes, before=healthy, mishap=6, clock=1"},
	{"the window never passes", "window", " || now-at >= Instant(window)", "", simRestarts},
	{"a run that lasted for the window forgets nothing", "window-served", "s.servedFor(in, p.RestartWindow)", "false", simRestarts},
	{"a late answer is none", "late-answer", "s.UnresponsiveSince, s.Slow = 0, v.Took", "s.Slow = v.Took", simSlowness},
	{"an answer counts of a Temporal that is being ended", "answers-counted", "", `return s.State != ""`, simSlowness},
	{"no run is stable", "stable-run", "", "", simRestarts},
	{"a stable run is measured by the wall clock", "stable-run", "s.servedFor(in, p.StableAfter)", "s.ServedAt != 0 && in.At-s.ServedAt >= Instant(p.StableAfter)", simRestarts},
	{"the proven leader is not taken over", "leader-proven", "", "", ""},
	{"a spawn needs no record", "required", "", "effect.Required = false", ""},
	{"a late answer ends the probing", "asking", "", "", ""},
	{"the spent budget is forgotten at once", "budget-spent", "", "", ""},
	{"a start that was refused tries for ever", "refused", "", "", ""},
	{"a spawned leader is not named", "spawned-leader", "", "s.Adopted = false", ""},
	{"a start does not want it running", "start-wish", "", "", ""},
	{"a new request has the old budget", "fresh-budget", "", "", ""},
	{"a restart ends what another command has started since", "overtaken", "", "case false:", ""},
	{"a start believes any state", "not-healthy", "", "case r.State == Restarting:", ""},
	{"a start does not wait for the setup", "not-healthy", " || r.SetupPending()", "", simSettingUp},
	{"a setup that failed is taken for one that holds", "setup-fault", "", "case false:", simRefusal},
	{"a setup counts for another database", "setup-of-another", `in.File == "" || in.File != was.File`, "false", simForgetting},
	{"a setup is applied at each start", "setup-of-another", "in.File != was.File", "true", simSettingUp},
	{"a setup that was applied is not recorded", "setup-recorded", "", "", simSettingUp},
	{"a setup that failed is awaited for ever", "setup-pending", "r.Database.Setup.Wanted != want", `(r.Database.Setup.Wanted != want || r.Database.Setup.Fault != "")`, simRefusal},
	{"a suspended supervisor is left alone", "suspended", "ActKillSuspended, ", "", ""},
	{"state believes a Healthy record over a free lock", "just-ended", "", "case false:", ""},
	{"state believes a Healthy record over Temporal's silence", "silent", "", "case false:", ""},
	{"state takes nothing for an orphan", "nothing-held", "", "case false:", ""},
	{"SIGTERM must be enough for a restart", "restart-sigkill", "DoKill", "", ""},
	{"what a dead driver was killing is waited for", "restart-resumed", "DoTerm", "", ""},
	{"what a dead driver was stopping is waited for", "stop-resumed", "DoTerm", "", ""},
	{"a Temporal that hangs is left alone", "hung", "Restarting, do(DoTerm)", "Degraded, do(DoScheduleProbe)", ""},
	{"the record does not name the run", "tied", "c.tie(r, e)", "Process{}", simTie},
	{"a start undoes the tie to a run that lives", "tied", "c.tie(r, e)", "c.TiedTo", simTieKept},
	{"a start keeps the tie to a run that is dead", "tie-undone", " || e.Untied", "", simTieKept},
	{"a run's end means nothing to a Temporal that serves", "untied-healthy", "Stopping, do(DoKill)", "Healthy, nil", simTie},
	{"what a run leaves gets SIGTERM alone", "untied-healthy", "DoKill", "DoTerm", simTie},
	{"what a run leaves is started again", "untied-restarted", ", Untied", "", simTie},
	{"what a dead run wants is wanted", "untied-unwanted", " && !untied", "", simTie},
	{"what a dead run has left gets SIGTERM alone", "untied", "", "case false:", simTie},
	{"a run that lives loses its Temporal with its supervisor", "untied", "untied", "r.TiedTo.PID != 0", simTie},
	{"the record still wants what a dead run wanted", "untied-wish", "r.untied(e)", "false", simTie},

	// These are of package actions, and caught by the contract.
	{"the record is not written before the act", "record-written", "", "var err error", "start and stop"},
	{"a process is believed by its PID", "holder-same", "h.Process.Same(r.Temporal)", "h.Process.PID == r.Temporal.PID", "the PID is reused by a process with the lock"},
	{"what a dead leader has left is foreign", "leftover-proven", "", `if h.Instance == "?" {`, "descendants are left by a crash without a supervisor"},
	{"a group is signalled by its number", "group-proven", "len(evidence.GroupSurvivors(home, leader)) == 0", "false", "the group's number is reused beside a descendant"},
	{"members without the lock are not waited for", "members-awaited", "len(members) == 0", "true", "members without the lock are left by a crash"},
	{"a driver keeps temporal.lock after the spawn", "lock-inherited", "", "w.tree.guard = w.tree.own", "start and stop"},
	{"Temporal does not inherit temporal.lock", "lock-passed", "", "cmd.ExtraFiles = nil", "start and stop"},
	{"no driver waits for the tree's end", "tree-awaited", "w.tree.awaited == e.Run", "true", "start and stop"},
	// A file that nothing refers to is closed by the garbage collector: this one is kept.
	{"the lock is not released at the end", "locks-released", "w.tree.own, ", "func() *os.File { go func(f *os.File) { defer f.Close(); select {} }(w.tree.own); return nil }(), ", "start and stop"},
	{"a start keeps supervisor.lock", "lock-handed-over", "", "", "the supervisor is killed while Temporal comes up"},
	{"a supervisor is started before the record says so", "record-handed-over", "r, d", "document.Record, d", "start and stop"},
	{"a stop that waits for nothing asks as another does", "now-requested", "", "event = fsm.Stop", "a stop that waits for nothing"},
	{"a restart asks as a stop does", "request-again", "effect.RestartPending", "false", "start twice, restart"},
	{"a supervisor that hangs is asked to end", "supervisor-killed", "SIGKILL", "SIGTERM", "the supervisor is suspended before a stop"},
	{"a lost record is not rebuilt from what runs", "record-rebuilt", "evidence.Owner == fsm.OwnerOurs", "false", "the record is damaged without a supervisor"},
	{"a half-made database is not moved", "database-aside", "", `aside, err := "", error(nil)`, "Temporal is killed while it makes its database"},
	{"a deleted database is not noticed", "database-open", "", "if true || certain && starts {", "the database is deleted"},
	{"a setup is not applied", "setup-begun", "", "", "a setup is applied once"},
	{"no supervisor is asked for a setup", "setup-asked", "", "return nil", "a setup is refused"},
	{"a damaged record is left as it is", "record-restored", "", "", "the record is damaged"},
	{"no driver watches the tie", "tie-watched", "", "", "a run is killed"},
	{"a dead run is believed to live", "tie-observed", "!proc.Alive(r.TiedTo)", "false", "a run and its supervisor are killed"},
	{"no caretaker takes over", "taken-over", "!there", "there", "a run and its supervisor are killed"},
}

const (
	simRestarts   = "commands=s, temporal=crashes, before=healthy, mishap=3, clock=3"
	simSettingUp  = "commands=sr, temporal=gets a setup, crash=1"
	simForgetting = "commands=s, temporal=gets a setup in memory, before=healthy, mishap=1"
	simRefusal    = "commands=s, temporal=refuses its setup, crash=1"
	simTie        = "commands=u, temporal=good, crash=1"
	simTieKept    = "commands=us, temporal=good, crash=1"
	simSlowness   = "commands=s, temporal=becomes slow, before=healthy, mishap=2"
)

// marker ends the line that a mutation changes.
var marker = regexp.MustCompile(` //mutation:([a-z-]+)$`)

// markedLine is a line of the product's code that ends with a marker.
type markedLine struct {
	file string
	text string // without the marker
}

// markedLines finds the places of mutations in the product's code.
func markedLines(t *testing.T) map[string]markedLine {
	t.Helper()
	decides, err := filepath.Glob("../*.go")
	must(t, err)
	acts, err := filepath.Glob("../../actions/*.go")
	must(t, err)
	rooms, err := filepath.Glob("../../actions/*/*.go")
	must(t, err)
	found := map[string]markedLine{}
	for _, file := range slices.Concat(decides, acts, rooms) {
		text, err := os.ReadFile(file)
		must(t, err)
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSuffix(line, "\n")
			match := marker.FindStringSubmatch(line)
			if match == nil {
				continue
			}
			if _, twice := found[match[1]]; twice {
				t.Errorf("%s: the marker %s is there twice", file, match[1])
			}
			found[match[1]] = markedLine{file, strings.TrimSuffix(line, match[0])}
		}
	}
	return found
}

// TestMutationsFitTheCode: each marker in the code has its mutations, and each mutation
// has a marker on a line that it changes.
func TestMutationsFitTheCode(t *testing.T) {
	lines := markedLines(t)
	used := map[string]bool{}
	for _, m := range mutations {
		line, marked := lines[m.place]
		if used[m.place] = true; !marked || m.old != "" && strings.Count(line.text, m.old) != 1 {
			t.Errorf("%s: no line is marked %s, or not one with %q: %s", m.name, m.place, m.old, line.text)
		}
	}
	for place, line := range lines {
		if !used[place] {
			t.Errorf("%s: no mutation has the marker %s", line.file, place)
		}
	}
}

// TestMutations puts each mutation into a copy of the code and expects that it is
// caught: a rule that nothing can break protects nothing.
func TestMutations(t *testing.T) {
	if os.Getenv("SIM_MUTATIONS") == "" {
		t.Skip("SIM_MUTATIONS=1 builds and runs every mutant: a minute or two")
	}
	lines := markedLines(t)
	for _, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			m.run(t, lines[m.place])
		})
	}
}

// mutant is a file's text with the mutation.
func (m mutation) mutant(text string, line markedLine) string {
	changed := m.new
	if m.old != "" {
		changed = strings.Replace(line.text, m.old, m.new, 1)
	}
	return strings.Replace(text, line.text+" //mutation:"+m.place+"\n", changed+"\n", 1)
}

func (m mutation) run(t *testing.T, line markedLine) {
	text, err := os.ReadFile(line.file)
	must(t, err)
	folder := t.TempDir()
	mutant := filepath.Join(folder, filepath.Base(line.file))
	must(t, os.WriteFile(mutant, []byte(m.mutant(string(text), line)), 0o600))
	original, err := filepath.Abs(line.file)
	must(t, err)
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {original: mutant}})
	must(t, err)
	list, binary := filepath.Join(folder, "overlay.json"), filepath.Join(folder, "mutant.test")
	must(t, os.WriteFile(list, overlay, 0o600))
	if out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", list, "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("the mutant does not build: %v\n%s", err, out)
	}
	test, proof := "^TestSimulation$", "again: SIM_REPLAY="
	if strings.Contains(line.file, "actions") {
		test, proof = "^TestContract$/^"+strings.ReplaceAll(m.only, " ", "_")+"$", "nothing comes, and wanted is:"
	}
	mutated := exec.Command(binary, "-test.run", test, "-test.failfast", "-test.parallel", "1", "-test.timeout", "4m")
	mutated.Env = append(os.Environ(), "SIM_AT_MOST=1500", "SIM_ONLY="+m.only, "SIM_MUTATIONS=")
	if m.only != "" {
		mutated.Env = append(mutated.Env, "SIM_AT_MOST=")
	}
	out, err := mutated.CombinedOutput()
	output := string(out)
	switch {
	case err == nil:
		t.Error("it is not caught")
	case !strings.Contains(output, proof):
		t.Errorf("it fails, but not by a broken rule: %.2000s", output)
	default:
		fmt.Printf("caught: %s: %s\n", m.name, simRule(output))
	}
}

// simRule is the line that names the broken rule.
func simRule(output string) string {
	for line := range strings.Lines(output) {
		if _, rule, ok := strings.Cut(line, "_test.go:"); ok {
			return strings.TrimSpace(rule)
		}
	}
	return ""
}
