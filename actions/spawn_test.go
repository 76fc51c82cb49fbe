package actions

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/actions/logfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
)

func TestSpawn(t *testing.T) {
	t.Setenv(proc.InstanceVariable, "/somebody/else's")
	l := newLife(t)
	stage.Check(t, os.WriteFile(l.home.Log(), []byte("from before\n"), 0o600))
	a := l.spawnOnly()
	stage.Is(t, "its group", a.PGID, a.PID)
	stage.Is(t, "its session", a.SID, a.PID)
	stage.Is(t, "its folder", a.Dir, string(l.home))
	stage.Is(t, "instances", len(a.Instance), 1)
	stage.Is(t, "instance", a.Instance[0], string(l.home))
	p := l.record.Temporal
	stage.Is(t, "reported PID", p.PID, a.PID)
	stage.Is(t, "reported group", p.PGID, a.PID)
	stage.Is(t, "identity", p.Same(a.Identity()), true)
	text, err := os.ReadFile(l.home.Log())
	stage.Check(t, err)
	stage.Is(t, "log", string(text), "from before\nfake Temporal: spawned\n")
	stage.Is(t, "what it wrote", logfile.Tail(l.home.Log(), l.World.run.logFrom), "fake Temporal: spawned")
	stage.Is(t, "our own copies", l.World.tree.own == nil && l.World.run.dbLock == nil, true)
}

// The locks are the tree's from the spawn on, until its last process ends.
func TestSpawnLeavesTheLocksToTheTree(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	child := leader.Spawn(l.Stage)
	escaped := child.Spawn(l.Stage, "setsid")
	db, err := database.LockPath(l.record.Settings.DB)
	stage.Check(t, err)
	for _, a := range []*stage.Actor{leader, child, escaped} {
		for _, path := range []string{l.home.Lock(), db} {
			if _, err := lockfile.Take(path); !errors.Is(err, lockfile.ErrHeld) {
				t.Fatalf("%s while process %d lives: %v", path, a.PID, err)
			}
		}
		a.Send("exit", "0")
		a.AwaitEnd()
	}
	for _, path := range []string{l.home.Lock(), db} {
		stage.Check(t, stage.Within(t, path, stage.Later(func() error {
			lock, err := lockfile.Wait(path)
			if err == nil {
				lock.Close()
			}
			return err
		})))
	}
	stage.Check(t, l.World.run.child.Wait())
}

func TestSpawnFails(t *testing.T) {
	for name, spoil := range map[string]func(*life){
		"no program": func(l *life) { l.record.Settings.TemporalBin = "/no/such/program" },
		"a folder":   func(l *life) { l.record.Settings.TemporalBin = "/" },
		"lock replaced": func(l *life) {
			stage.Check(t, os.Rename(l.home.Lock(), l.home.Lock()+".x"))
			stage.Touch(t, l.home.Lock())
		},
		"lock removed":  func(l *life) { stage.Check(t, os.Remove(l.home.Lock())) },
		"log a symlink": func(l *life) { stage.Check(t, os.Symlink("/dev/null", l.home.Log())) },
		"log a folder":  func(l *life) { stage.Check(t, os.Mkdir(l.home.Log(), 0o700)) },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLife(t)
			stage.Is(t, "lock", l.do(fsm.DoLock).Event, fsm.LockAcquired)
			spoil(l)
			in := l.do(fsm.DoSpawn)
			stage.Is(t, "event", in.Event, fsm.SpawnFailed)
			stage.Is(t, "reason given", in.Detail != "", true)
			stage.Is(t, "the lock is still ours", l.World.tree.own != nil, true)
		})
	}
}

// A program that ends at once is reported like any other.
func TestSpawnOfAProgramThatEndsAtOnce(t *testing.T) {
	l := newLife(t)
	stage.Check(t, os.Remove(string(l.home)+"/control"))
	stage.Is(t, "lock", l.do(fsm.DoLock).Event, fsm.LockAcquired)
	in := l.do(fsm.DoSpawn)
	stage.Is(t, "event", in.Event, fsm.Spawned)
	stage.Is(t, "PID", in.Process.PID, l.World.run.child.Process.Pid)
	stage.Is(t, "PGID", in.Process.PGID, l.World.run.child.Process.Pid)
	l.record.Temporal = in.Process
	l.do(fsm.DoWatch)
	first, second := stage.Within(t, "input", stage.Later(l.World.Next)), stage.Within(t, "input", stage.Later(l.World.Next))
	if first.Event != fsm.Exited {
		first, second = second, first
	}
	stage.Is(t, "event", first.Event, fsm.Exited)
	stage.Is(t, "status", first.Exit, fsm.Exit{Known: true, Code: 98})
	stage.Has(t, first.Tail, "control")
	stage.Is(t, "event", second.Event, fsm.Gone)
}

// The record decides what a Temporal is lent. Without one it is of this process's own.
func TestEnvironmentOf(t *testing.T) {
	r := fsm.Record{Environment: fsm.Environment{Lent: fsm.MakeTexts([]string{"A=1", "B=\n =\xff", "HOME=/h", "USER=u"})}}
	stage.Is(t, "recorded", strings.Join(launch.Environment(r, "/home"), "|"), "A=1|B=\n =\xff|HOME=/h|USER=u|STIGMER_INSTANCE=/home")
	r.Settings.PassEnv = "A*,C"
	stage.Is(t, "with patterns", strings.Join(launch.Environment(r, "/home"), "|"), "A=1|B=\n =\xff|HOME=/h|USER=u|STIGMER_INSTANCE=/home|STIGMER_PASS_ENV=A*,C")
	t.Setenv("ENVIRONMENT_TEST", "own")
	r = fsm.Record{Settings: fsm.Settings{PassEnv: "ENVIRONMENT_T*"}}
	stage.Is(t, "own", slices.Contains(launch.Environment(r, "/home"), "ENVIRONMENT_TEST=own"), true)
	r.Settings.PassEnv = ""
	stage.Is(t, "own, filtered", slices.Contains(launch.Environment(r, "/home"), "ENVIRONMENT_TEST=own"), false)
}
