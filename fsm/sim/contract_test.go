package sim

import (
	"strings"
	"testing"
)

// traces are what the mirror and the real World and Client are held to each other by:
// moves, one after the other, and what Temporal is like. A command that begins is waited
// for, unless & follows it. "await NAME: TEXT" waits until the process writes a line with
// TEXT, "fire NAME: TIMER" ends the pause that the process has armed, "hold" keeps the next
// Temporal from serving, and "forge" makes its recorded PID that of a foreign process.
var traces = []struct {
	name  string
	kind  simKind
	moves string
}{
	{"start and stop", simGood, "start, stop"},
	{"start twice, restart", simGood, "start, start, restart, stop"},
	{"stop where nothing runs", simGood, "stop, start, stop, stop"},
	{"two starts at once", simGood, "start&, start, await start 1: finishes, stop"},
	{"a second stop", simStubborn, "start, stop&, await supervisor 1: -> Stopping, stop&, await supervisor 1: takes stop, fire supervisor 1: grace_elapsed, " +
		"await stop 1: finishes, await stop 2: finishes"},
	{"Temporal crashes", simGood, "start, kill Temporal 1, fire supervisor 1: backoff_elapsed, await supervisor 1: -> Healthy, stop"},
	{"Temporal hangs", simGood, "start, hang Temporal 1, fire supervisor 1: probe_due, await supervisor 1: -> Degraded, fire supervisor 1: probe_due, " +
		"fire supervisor 1: grace_elapsed, fire supervisor 1: backoff_elapsed, await supervisor 1: -> Healthy, stop"},
	{"Temporal ignores SIGTERM", simStubborn, "start, stop&, fire supervisor 1: grace_elapsed, await stop 1: finishes"},
	{"a stop that waits for nothing", simStubborn, "start, stop-now, start, kill supervisor 2, stop-now"},
	{"a restart that waits for nothing", simStubborn, "start, restart-now, kill supervisor 2, restart-now, stop-now"},
	{"a stop is hurried", simStubborn, "start, stop&, await supervisor 1: -> Stopping, stop-now, await stop 1: finishes"},
	{"a stop that waits for nothing leaves no descendant", simLeaves, "start, stop-now, start, kill supervisor 2, kill Temporal 2, stop-now"},
	{"the supervisor is suspended before a stop that waits for nothing", simStubborn, "start, suspend supervisor 1, stop-now&, await stop-now 1: ask, fire stop-now 1: noanswer, await stop-now 1: finishes"},
	{"descendants are left by a stop", simLeaves, "start, stop&, fire supervisor 1: grace_elapsed, await stop 1: finishes"},
	{"descendants are left by a crash", simLeaves, "start, kill Temporal 1, fire supervisor 1: grace_elapsed, fire supervisor 1: backoff_elapsed, " +
		"await supervisor 1: -> Healthy, kill supervisor 1, stop"},
	{"descendants are left by a crash without a supervisor", simLeaves, "start, kill supervisor 1, kill Temporal 1, start&, fire supervisor 2: grace_elapsed, " +
		"fire supervisor 2: backoff_elapsed, await start 2: finishes, kill supervisor 2, stop"},
	{"members without the lock are left by a crash", simSheds, "start, kill Temporal 1, fire supervisor 1: grace_elapsed, fire supervisor 1: backoff_elapsed, " +
		"await supervisor 1: -> Healthy, stop&, fire supervisor 1: grace_elapsed, await stop 1: finishes"},
	{"members without the lock are left without a supervisor", simSheds, "start, kill supervisor 1, kill Temporal 1, stop"},
	{"a descendant hides", simHides, "start, stop&, fire supervisor 1: grace_elapsed, await stop 1: finishes"},
	{"the supervisor is killed", simGood, "start, kill supervisor 1, start, stop"},
	{"the supervisor is killed before a stop", simGood, "start, kill supervisor 1, stop"},
	{"the supervisor is killed before a restart", simGood, "start, kill supervisor 1, restart, stop"},
	{"the supervisor of a stubborn Temporal is killed", simStubborn, "start, kill supervisor 1, stop"},
	{"the supervisor is killed while Temporal comes up", simGood, "hold, start&, await supervisor 1: takes spawned, kill supervisor 1, serve Temporal 1, await start 1: finishes, stop"},
	{"both are killed", simGood, "start, kill supervisor 1, kill Temporal 1, start, stop"},
	{"the start is killed", simGood, "start&, await supervisor 1: -> Locking, kill start 1, await supervisor 1: -> Healthy, stop"},
	{"the restart is killed", simStubborn, "start, restart&, await supervisor 1: -> Stopping, kill restart 1, start&, fire supervisor 1: grace_elapsed, fire start 2: yielded, await start 2: finishes, " +
		"kill supervisor 2, stop"},
	{"the supervisor is suspended before a stop", simGood, "start, suspend supervisor 1, stop&, await stop 1: ask, fire stop 1: noanswer, await stop 1: finishes"},
	{"the supervisor is suspended before a start", simGood, "start, suspend supervisor 1, start&, fire start 2: suspended, await start 2: finishes, stop"},
	{"Temporal is killed while it makes its database", simGood, "hold, start&, await supervisor 1: Starting -> Starting, kill Temporal 1, " +
		"fire supervisor 1: backoff_elapsed, await supervisor 1: takes spawned, serve Temporal 2, await start 1: finishes, stop"},
	{"the database is deleted", simLoses, "start, lose Temporal 1, fire supervisor 1: probe_due, await supervisor 1: -> Degraded, stop"},
	{"no spawn succeeds", simGood, "break, start&, fire supervisor 1: backoff_elapsed, await start 1: finishes"},
	{"a foreign process has temporal.lock", simGood, "foreign, start, stop"},
	{"a foreign process is faster than the restart", simGood, "start, kill supervisor 1, kill Temporal 1, foreign, start, stop"},
	{"the PID is reused by a process with the lock", simGood, "start, kill supervisor 1, kill Temporal 1, foreign, forge foreign 1, start, stop"},
	{"the PID is reused", simGood, "start, kill supervisor 1, kill Temporal 1, bystander, forge bystander 1, start, stop"},
	{"the group's number is reused beside a descendant", simLeaves, "start, kill supervisor 1, kill Temporal 1, kill Temporal 1's member, bystander, forge bystander 1, stop"},
	{"a setup is applied once", simSetUp, "start, start, kill supervisor 1, start, kill Temporal 1, fire supervisor 2: backoff_elapsed, await supervisor 2: -> Healthy, stop, start, stop"},
	{"a setup is refused", simRefuses, "start, start, kill supervisor 1, start, restart, stop"},
	{"the record is damaged", simGood, "start, tear, fire supervisor 1: probe_due, await supervisor 1: takes probed, stop"},
	{"a run is killed", simStubborn, "run, kill run 1"},
	{"a run is killed after its supervisor", simStubborn, "run, kill supervisor 1, kill run 1"},
	{"a run and its supervisor are killed", simStubborn, "run, suspend supervisor 1, kill run 1, kill supervisor 1"},
	{"a run is stopped", simGood, "run, stop, kill run 1"},
	{"a start and a restart beside a run", simGood, "run, start, restart, kill run 1"},
	{"the record is damaged without a supervisor", simGood, "start, kill supervisor 1, tear, start, stop"},
}

// TestContract plays the same traces in the mirror and with the real World and Client over
// real processes, and compares what they have done and left.
func TestContract(t *testing.T) {
	for _, trace := range traces {
		t.Run(trace.name, func(t *testing.T) {
			t.Parallel()
			d := newDirector(t, trace.kind)
			for _, move := range strings.Split(trace.moves, ", ") {
				d.play(move)
			}
			d.compare()
		})
	}
}
