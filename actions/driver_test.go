package actions

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

func TestDriver(t *testing.T) {
	for role, want := range map[string]string{
		SuperviseVerb: "driver", // known by what it runs
		"start":       "",       // a command: not a driver to signal, nor a stranger
		"actor":       "stranger",
	} {
		t.Run(role, func(t *testing.T) {
			s, home := newStage(t), newHome(t)
			lock, err := Acquire(home.SupervisorLock())
			check(t, err)
			a := s.start(role, nil, lock)
			lock.Close()
			driver, stranger := Driver(home, fsm.Record{})
			is(t, "driver", driver.PID == a.PID, want == "driver")
			is(t, "stranger", stranger != "", want == "stranger")
			// The record is proof enough, but only with the right start time.
			r := fsm.Record{Supervisor: a.identity()}
			driver, stranger = Driver(home, r)
			is(t, "recorded driver", driver.PID, a.PID)
			is(t, "recorded stranger", stranger, "")
			r.Supervisor.StartTicks++
			driver, _ = Driver(home, r)
			is(t, "driver by a reused PID", driver.PID == a.PID, want == "driver")
		})
	}
	driver, stranger := Driver(newHome(t), fsm.Record{Supervisor: fsm.Process{PID: os.Getpid()}})
	is(t, "driver of a free lock", driver.PID, 0)
	is(t, "stranger of a free lock", stranger, "")
}

func TestOwnProgram(t *testing.T) {
	exe, err := os.Executable()
	check(t, err)
	link := filepath.Join(t.TempDir(), "other-name")
	check(t, os.Symlink(exe, link))
	is(t, "itself", ownProgram(exe), true)
	is(t, "by another name", ownProgram(link), true)
	is(t, "a copy that was removed", ownProgram("/nowhere/"+filepath.Base(exe)), true)
	is(t, "another", ownProgram("/bin/sh"), false)
	is(t, "unknown", ownProgram(""), false)
}

// A child of the supervisor that runs no program of its own yet shows the same as its
// parent, whichever of them is found first.
func TestAForkedChildIsNoSupervisor(t *testing.T) {
	child := newStage(t).start("actor", nil)
	own, err := os.Executable()
	check(t, err)
	holder := func(pid int) probes.Holder {
		return probes.Holder{Process: fsm.Process{PID: pid, Exe: own}, Command: "stigmer local " + SuperviseVerb}
	}
	parent, forked := holder(os.Getpid()), holder(child.PID)
	for _, holders := range [][]probes.Holder{{parent}, {parent, forked}, {forked, parent}} {
		found, ok := supervisorAmong(holders)
		is(t, "found", ok, true)
		is(t, "the supervisor", found.Process.PID, os.Getpid())
	}
	if found, ok := supervisorAmong(nil); ok {
		t.Errorf("found %+v among none", found)
	}
}

// A command that holds supervisor.lock for a moment is waited for, and not taken
// for a stranger that must be ended first.
func TestResetAndDoctorAreNoStrangers(t *testing.T) {
	own, err := os.Executable()
	check(t, err)
	for command, want := range map[string]bool{
		"stigmer local reset --yes": true, "stigmer local doctor --fix": true, "stigmer local start": true, "stigmer local state": false,
	} {
		is(t, command, ownCommand(probes.Holder{Process: fsm.Process{Exe: own}, Command: command}), want)
	}
}
