package evidence

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
)

func TestDriver(t *testing.T) {
	for role, want := range map[string]string{
		SuperviseVerb: "driver", // known by what it runs
		"start":       "",       // a command: not a driver to signal, nor a foreign process
		"actor":       "foreign",
	} {
		t.Run(role, func(t *testing.T) {
			s, home := stage.New(t), stage.NewHome(t)
			lock, err := lockfile.Take(home.SupervisorLock())
			stage.Check(t, err)
			a := s.Start(role, nil, lock)
			lock.Close()
			driver, foreign := Driver(home, fsm.Record{})
			stage.Is(t, "driver", driver.PID == a.PID, want == "driver")
			stage.Is(t, "foreign", foreign != "", want == "foreign")
			// The record is proof enough, but only with the right start time.
			r := fsm.Record{Supervisor: a.Identity()}
			driver, foreign = Driver(home, r)
			stage.Is(t, "recorded driver", driver.PID, a.PID)
			stage.Is(t, "foreign, where a driver is recorded", foreign, "")
			r.Supervisor.StartTicks++
			driver, _ = Driver(home, r)
			stage.Is(t, "driver by a reused PID", driver.PID == a.PID, want == "driver")
		})
	}
	driver, foreign := Driver(stage.NewHome(t), fsm.Record{Supervisor: fsm.Process{PID: os.Getpid()}})
	stage.Is(t, "driver of a free lock", driver.PID, 0)
	stage.Is(t, "foreign owner of a free lock", foreign, "")
}

// A process that held supervisor.lock when the holders were listed, and has let go of it since, as a child does with its
// exec, is no foreign owner.
func TestOneThatHasLetGoIsNotForeign(t *testing.T) {
	s, home := stage.New(t), stage.NewHome(t)
	lock, err := lockfile.Take(home.SupervisorLock())
	stage.Check(t, err)
	holds, not := s.Start("actor", nil, lock), s.Start("actor", nil)
	lock.Close()
	stage.Is(t, "one that holds it is described", stillHolding(home, proc.Info{Process: holds.Identity(), Command: "another"}) != "", true)
	stage.Is(t, "one that does not", stillHolding(home, proc.Info{Process: not.Identity(), Command: "another"}), "")
	reused := holds.Identity()
	reused.StartTicks++
	stage.Is(t, "the former owner of its PID", stillHolding(home, proc.Info{Process: reused, Command: "another"}), "")
}

func TestOwnProgram(t *testing.T) {
	exe, err := os.Executable()
	stage.Check(t, err)
	link := filepath.Join(t.TempDir(), "other-name")
	stage.Check(t, os.Symlink(exe, link))
	stage.Is(t, "itself", ownProgram(exe), true)
	stage.Is(t, "by another name", ownProgram(link), true)
	stage.Is(t, "a copy that was removed", ownProgram("/nowhere/"+filepath.Base(exe)), true)
	stage.Is(t, "another", ownProgram("/bin/sh"), false)
	stage.Is(t, "unknown", ownProgram(""), false)
}

// A child of the supervisor that runs no program of its own yet shows the same as its
// parent, whichever of them is found first.
func TestAForkedChildIsNoSupervisor(t *testing.T) {
	child := stage.New(t).Start("actor", nil)
	own, err := os.Executable()
	stage.Check(t, err)
	holder := func(pid int) proc.Info {
		return proc.Info{Process: fsm.Process{PID: pid, Exe: own}, Command: "stigmer local " + SuperviseVerb}
	}
	parent, forked := holder(os.Getpid()), holder(child.PID)
	for _, holders := range [][]proc.Info{{parent}, {parent, forked}, {forked, parent}} {
		found, ok := supervisorAmong(holders)
		stage.Is(t, "found", ok, true)
		stage.Is(t, "the supervisor", found.Process.PID, os.Getpid())
	}
	if found, ok := supervisorAmong(nil); ok {
		t.Errorf("found %+v among none", found)
	}
}

// A command that holds supervisor.lock for a moment is waited for, and not taken for a foreign
// process that must be ended first.
func TestResetAndDoctorAreNotForeign(t *testing.T) {
	own, err := os.Executable()
	stage.Check(t, err)
	for command, want := range map[string]bool{
		"stigmer local reset --yes": true, "stigmer local doctor --fix": true, "stigmer local start": true, "stigmer local state": false,
	} {
		stage.Is(t, command, ownCommand(proc.Info{Process: fsm.Process{Exe: own}, Command: command}), want)
	}
}
