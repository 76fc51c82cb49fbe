package actions

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
)

func TestSpawn(t *testing.T) {
	t.Setenv(probes.InstanceVariable, "/somebody/else's")
	l := newLife(t)
	check(t, os.WriteFile(l.home.Log(), []byte("from before\n"), 0o600))
	a := l.spawnOnly()
	is(t, "its group", a.PGID, a.PID)
	is(t, "its session", a.SID, a.PID)
	is(t, "its folder", a.Dir, string(l.home))
	is(t, "instances", len(a.Instance), 1)
	is(t, "instance", a.Instance[0], string(l.home))
	p := l.record.Temporal
	is(t, "told PID", p.PID, a.PID)
	is(t, "told group", p.PGID, a.PID)
	is(t, "identity", p.Same(a.identity()), true)
	text, err := os.ReadFile(l.home.Log())
	check(t, err)
	is(t, "log", string(text), "from before\nfake Temporal: spawned\n")
	is(t, "what it wrote", tail(l.home.Log(), l.World.run.logFrom), "fake Temporal: spawned")
	is(t, "our own copies", l.World.tree.own == nil && l.World.run.dbLock == nil, true)
}

// The locks are the tree's from the spawn on, until its last process ends.
func TestSpawnLeavesTheLocksToTheTree(t *testing.T) {
	l := newLife(t)
	leader := l.spawnOnly()
	child := leader.bear(l.stage)
	escaped := child.bear(l.stage, "setsid")
	db, err := databaseLock(l.record.Settings.DB)
	check(t, err)
	for _, a := range []*actor{leader, child, escaped} {
		for _, path := range []string{l.home.Lock(), db} {
			if _, err := Acquire(path); !errors.Is(err, ErrHeld) {
				t.Fatalf("%s while process %d lives: %v", path, a.PID, err)
			}
		}
		a.tell("exit", "0")
		a.awaitEnd()
	}
	for _, path := range []string{l.home.Lock(), db} {
		check(t, within(t, path, later(func() error {
			lock, err := AcquireWait(path)
			if err == nil {
				lock.Close()
			}
			return err
		})))
	}
	check(t, l.World.run.child.Wait())
}

func TestSpawnFails(t *testing.T) {
	for name, spoil := range map[string]func(*life){
		"no program":    func(l *life) { l.record.Settings.TemporalBin = "/no/such/program" },
		"a folder":      func(l *life) { l.record.Settings.TemporalBin = "/" },
		"lock replaced": func(l *life) { check(t, os.Rename(l.home.Lock(), l.home.Lock()+".x")); touch(t, l.home.Lock()) },
		"lock removed":  func(l *life) { check(t, os.Remove(l.home.Lock())) },
		"log a symlink": func(l *life) { check(t, os.Symlink("/dev/null", l.home.Log())) },
		"log a folder":  func(l *life) { check(t, os.Mkdir(l.home.Log(), 0o700)) },
		"no such IP":    func(l *life) { l.record.Settings.IP = "192.0.2.1" },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLife(t)
			is(t, "lock", l.do(fsm.DoLock).Event, fsm.LockAcquired)
			spoil(l)
			in := l.do(fsm.DoSpawn)
			is(t, "event", in.Event, fsm.SpawnFailed)
			is(t, "reason given", in.Detail != "", true)
			is(t, "the lock is still ours", l.World.tree.own != nil, true)
		})
	}
}

// One that ends at once is told like any other.
func TestSpawnOfAProgramThatEndsAtOnce(t *testing.T) {
	l := newLife(t)
	check(t, os.Remove(string(l.home)+"/control"))
	is(t, "lock", l.do(fsm.DoLock).Event, fsm.LockAcquired)
	in := l.do(fsm.DoSpawn)
	is(t, "event", in.Event, fsm.Spawned)
	is(t, "PID", in.Process.PID, l.World.run.child.Process.Pid)
	is(t, "PGID", in.Process.PGID, l.World.run.child.Process.Pid)
	l.record.Temporal = in.Process
	l.do(fsm.DoWatch)
	first, second := within(t, "input", later(l.World.Next)), within(t, "input", later(l.World.Next))
	if first.Event != fsm.Exited {
		first, second = second, first
	}
	is(t, "event", first.Event, fsm.Exited)
	is(t, "status", first.Exit, fsm.Exit{Known: true, Code: 98})
	has(t, first.Tail, "control")
	is(t, "event", second.Event, fsm.Gone)
}

// The record decides what a Temporal is lent. Without one it is of this process's own.
func TestEnvironmentOf(t *testing.T) {
	r := fsm.Record{Environment: fsm.Environment{Lent: fsm.MakeTexts([]string{"A=1", "B=\n =\xff", "HOME=/h", "USER=u"})}}
	is(t, "recorded", strings.Join(EnvironmentOf(r, "/home"), "|"), "A=1|B=\n =\xff|HOME=/h|USER=u|STIGMER_INSTANCE=/home")
	r.Settings.PassEnv = "A*,C"
	is(t, "with patterns", strings.Join(EnvironmentOf(r, "/home"), "|"), "A=1|B=\n =\xff|HOME=/h|USER=u|STIGMER_INSTANCE=/home|STIGMER_PASS_ENV=A*,C")
	t.Setenv("ENVIRONMENT_TEST", "own")
	r = fsm.Record{Settings: fsm.Settings{PassEnv: "ENVIRONMENT_T*"}}
	is(t, "own", slices.Contains(EnvironmentOf(r, "/home"), "ENVIRONMENT_TEST=own"), true)
	r.Settings.PassEnv = ""
	is(t, "own, filtered", slices.Contains(EnvironmentOf(r, "/home"), "ENVIRONMENT_TEST=own"), false)
}

func TestSidePorts(t *testing.T) {
	s := fsm.Settings{IP: "127.0.0.1"}
	for _, wanted := range [][2]int{{0, 0}, {41, 0}, {0, 42}, {41, 42}} {
		s.HTTPPort, s.MetricsPort = wanted[0], wanted[1]
		http, metrics, err := sidePorts(s)
		check(t, err)
		for i, have := range []int{http, metrics} {
			if have == 0 || wanted[i] != 0 && have != wanted[i] || http == metrics {
				t.Errorf("%v: %d, %d", wanted, http, metrics)
			}
		}
		args := argv(s, http, metrics)
		if !slices.Contains(args, strconv.Itoa(http)) || !slices.Contains(args, strconv.Itoa(metrics)) {
			t.Errorf("%d, %d: %q", http, metrics, args)
		}
	}
}
