package actions

import (
	"os"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// life is one home with a world that drives it.
type life struct {
	stage
	*World
	home   statefile.Home
	record fsm.Record
}

func newLife(t *testing.T) *life {
	t.Helper()
	l := &life{stage: newStage(t), home: newHome(t)}
	l.direct(l.home)
	l.World = newWorld(t, l.home)
	program, err := os.Executable()
	check(t, err)
	ports := quietPorts(t, 2)
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
	seat, err := Acquire(home.SupervisorLock())
	check(t, err)
	self, err := probes.Identify(os.Getpid())
	check(t, err)
	document, err := Recover(home)
	check(t, err)
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
func (l *life) spawnOnly() *actor {
	l.t.Helper()
	if in := l.do(fsm.DoLock); in.Event != fsm.LockAcquired {
		l.t.Fatalf("lock: %+v", in)
	}
	in := l.do(fsm.DoSpawn)
	if in.Event != fsm.Spawned {
		l.t.Fatalf("spawn: %+v", in)
	}
	l.record.Temporal = in.Process
	return l.enter()
}

// spawn also watches it.
func (l *life) spawn() *actor {
	l.t.Helper()
	a := l.spawnOnly()
	l.do(fsm.DoWatch)
	return a
}

// next waits for an input, which must be of this event.
func (l *life) next(event fsm.Event) fsm.Input {
	l.t.Helper()
	in := within(l.t, string(event), later(l.World.Next))
	if in.Event != event {
		l.t.Fatalf("%+v came, not %s", in, event)
	}
	return in
}

// nothingYet fails if an input has come already.
func (l *life) nothingYet() {
	l.t.Helper()
	if n := len(l.World.inputs.inbox); n > 0 {
		l.t.Errorf("%+v came too early", l.World.Next())
	}
}

// abandon is the driver's death: what it had of the locks is gone, and nobody
// hears what its goroutines tell.
func (l *life) abandon() {
	l.t.Helper()
	l.World.tree.closeWaiter()
	check(l.t, l.supervisorLock.Close())
}
