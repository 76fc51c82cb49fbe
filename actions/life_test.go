package actions

import (
	"os"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// life is one home with a world that drives it.
type life struct {
	stage.Stage
	*World
	home   statefile.Home
	record fsm.Record
}

func newLife(t *testing.T) *life {
	t.Helper()
	l := &life{Stage: stage.New(t), home: stage.NewHome(t)}
	l.Direct(l.home)
	l.World = newWorld(t, l.home)
	program, err := os.Executable()
	stage.Check(t, err)
	ports := stage.QuietPorts(t, 2)
	l.record = fsm.Record{
		State: fsm.Starting, Desired: fsm.WantRunning,
		Settings: fsm.Settings{
			IP: "127.0.0.1", Port: ports[0], UIPort: ports[1], DB: l.home.DB(),
			TemporalBin: program, Policy: fsm.DefaultPolicy(),
		},
	}
	return l
}

// newWorld makes a home's driver. Two of one home would be against the rules,
// but for one that is believed dead.
func newWorld(t *testing.T, home statefile.Home) *World {
	t.Helper()
	seat, err := lockfile.Take(home.SupervisorLock())
	stage.Check(t, err)
	self, err := proc.Identify(os.Getpid())
	stage.Check(t, err)
	document, err := evidence.Recover(home)
	stage.Check(t, err)
	w := NewWorld(home, seat, document, WorldConfig{Self: self, Log: hclog.NewNullLogger()})
	t.Cleanup(func() {
		w.release()
		seat.Close()
	})
	return w
}

// do performs an effect for the first run.
func (l *life) do(action fsm.Action) fsm.Input {
	in, _ := l.Perform(fsm.Effect{Do: action, Run: 1, Record: l.record, Process: l.record.Temporal})
	return in
}

// spawnOnly takes the locks and spawns Temporal, which enters.
func (l *life) spawnOnly() *stage.Actor {
	l.T.Helper()
	if in := l.do(fsm.DoLock); in.Event != fsm.LockAcquired {
		l.T.Fatalf("lock: %+v", in)
	}
	in := l.do(fsm.DoSpawn)
	if in.Event != fsm.Spawned {
		l.T.Fatalf("spawn: %+v", in)
	}
	l.record.Temporal = in.Process
	return l.Enter()
}

// spawn also watches it.
func (l *life) spawn() *stage.Actor {
	l.T.Helper()
	a := l.spawnOnly()
	l.do(fsm.DoWatch)
	return a
}

// next waits for an input, which must be of this event.
func (l *life) next(event fsm.Event) fsm.Input {
	l.T.Helper()
	in := stage.Within(l.T, string(event), stage.Later(l.World.Next))
	if in.Event != event {
		l.T.Fatalf("%+v came, not %s", in, event)
	}
	return in
}

// nothingYet fails if an input has come already.
func (l *life) nothingYet() {
	l.T.Helper()
	if n := len(l.World.inputs.inbox); n > 0 {
		l.T.Errorf("%+v came too early", l.World.Next())
	}
}

// abandon is the driver's death: its locks are released, and what its goroutines post is lost.
func (l *life) abandon() {
	l.T.Helper()
	l.World.tree.closeWaiter()
	stage.Check(l.T, l.supervisorLock.Close())
}
