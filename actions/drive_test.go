package actions

import (
	"os"
	"testing"

	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/statefile"
)

// orphan is a Temporal whose driver has died, with the record that it left.
func orphan(t *testing.T) (*life, *stage.Actor) {
	t.Helper()
	l := newLife(t)
	leader := l.spawnOnly()
	l.abandon()
	l.record.State, l.record.Generation = fsm.Healthy, 5
	l.record.Settings.Policy.Grace = 1 << 40
	save(t, l.home, l.record)
	l.record.Desired = fsm.WantStopped
	return l, leader
}

// A command ends what a dead driver left behind, down to the last process.
func TestDriveStops(t *testing.T) {
	l, leader := orphan(t)
	leader.Spawn(l.Stage, "setsid")
	d, _ := newClient(t, l.home, nil)
	stage.Is(t, "hurry without a drive", d.ForwardStop(), false)
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	stage.Is(t, "hold", d.sees(t, fsm.InputWon).Evidence.Owner, fsm.OwnerOurs)
	d.Carry(fsm.CommandEffect{Do: fsm.ActDrive, Record: l.record})
	s := d.sees(t, fsm.InputDrove)
	stage.Is(t, "state", s.Record.State, fsm.Stopped)
	stage.Is(t, "on disk", l.load().Record, s.Record)
	stage.Is(t, "supervisor.lock kept", d.lock.file != nil, true)
	stage.Is(t, "PID file", stage.FileExists(l.home.PID()), false)
	lock, err := lockfile.Take(l.home.Lock())
	stage.Check(t, err)
	lock.Close()
	stage.Check(t, onlyExit(l.World.run.child.Wait()))
}

// What is left of a run that has died gets no time, and the command knows of it: it ties nothing to that run.
func TestDriveOfTheUntied(t *testing.T) {
	l, leader := orphan(t)
	leader.Must("trap")
	self, err := proc.Identify(os.Getpid())
	stage.Check(t, err)
	self.StartTicks++ // another process had our PID
	l.record.TiedTo = self
	save(t, l.home, l.record)
	d, _ := newClient(t, l.home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	stage.Is(t, "untied", d.sees(t, fsm.InputWon).Evidence.Untied, true)
	d.Carry(fsm.CommandEffect{Do: fsm.ActDrive, Record: l.record})
	s := d.sees(t, fsm.InputDrove)
	stage.Is(t, "state", s.Record.State, fsm.Stopped)
	stage.Is(t, "untied still", s.Evidence.Untied, true)
	stage.Check(t, onlyExit(l.World.run.child.Wait()))
}

// driving is a drive that waits for a Temporal which has heard SIGTERM and ignores it.
func driving(t *testing.T) (*life, *stage.Actor, *Client, <-chan bool) {
	t.Helper()
	l, leader := orphan(t)
	leader.Must("trap")
	d, _ := newClient(t, l.home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	d.sees(t, fsm.InputWon)
	drove := stage.Later(func() bool { d.Carry(fsm.CommandEffect{Do: fsm.ActDrive, Record: l.record}); return true })
	stage.Is(t, "Temporal hears", leader.Receive(), "terminated")
	return l, leader, d, drove
}

// A later stop's request shortens the grace period of the one under way.
func TestDriveHurries(t *testing.T) {
	l, _, d, drove := driving(t)
	stage.Is(t, "hurry without a request", d.ForwardStop(), false)
	self, err := proc.Identify(os.Getpid())
	stage.Check(t, err)
	stage.Check(t, statefile.WriteRequest(l.home.Request(), statefile.Request{Verb: statefile.VerbStop, GraceMS: 1, For: self}))
	stage.Is(t, "hurry", d.ForwardStop(), true)
	stage.Within(t, "the end", drove)
	stage.Is(t, "state", d.sees(t, fsm.InputDrove).Record.State, fsm.Stopped)
	stage.Is(t, "the request", stage.FileExists(l.home.Request()), false)
	stage.Is(t, "hurry after it", d.ForwardStop(), false)
	stage.Check(t, onlyExit(l.World.run.child.Wait()))
}

// A stop that was meant for a drive which is just over interrupts nothing, whether its
// request was written before the end or after it. It counts once.
func TestDriveIsOverWhenItIsHurried(t *testing.T) {
	l, leader, d, drove := driving(t)
	self, err := proc.Identify(os.Getpid())
	stage.Check(t, err)
	request := statefile.Request{Verb: statefile.VerbStop, GraceMS: 1, For: self}
	stage.Check(t, statefile.WriteRequest(l.home.Request(), request))
	leader.Send("exit", "0")
	stage.Within(t, "the end", drove)
	stage.Is(t, "a signal that comes too late", d.ForwardStop(), true)
	stage.Is(t, "another", d.ForwardStop(), false)
	stage.Check(t, statefile.WriteRequest(l.home.Request(), request))
	stage.Is(t, "a request that comes too late", d.ForwardStop(), true)
	request.For.PID++
	stage.Check(t, statefile.WriteRequest(l.home.Request(), request))
	stage.Is(t, "another's", d.ForwardStop(), false)
	stage.Check(t, onlyExit(l.World.run.child.Wait()))
}

// A command whose supervisor.lock was deleted while it drove goes on with the new one.
func TestDriveKeepsSupervisorLock(t *testing.T) {
	l, leader, d, drove := driving(t)
	stage.Check(t, os.Remove(l.home.SupervisorLock()))
	leader.Send("exit", "0")
	stage.Within(t, "the end", drove)
	d.sees(t, fsm.InputDrove)
	stage.Is(t, "supervisor.lock is at its path", files.LeadsTo(l.home.SupervisorLock(), d.lock.file), true)
	stage.Check(t, onlyExit(l.World.run.child.Wait()))
}
