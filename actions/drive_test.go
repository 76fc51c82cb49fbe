package actions

import (
	"os"
	"testing"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/statefile"
)

// orphan is a Temporal whose driver has died, with the record that it left.
func orphan(t *testing.T) (*life, *actor) {
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
	leader.bear(l.stage, "setsid")
	d, _ := newDesk(t, l.home, nil)
	is(t, "hurry without a drive", d.ForwardStop(), false)
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	is(t, "hold", d.sees(t, fsm.InputWon).Evidence.Owner, fsm.OwnerOurs)
	d.Carry(fsm.CommandEffect{Do: fsm.ActDrive, Record: l.record})
	s := d.sees(t, fsm.InputDrove)
	is(t, "state", s.Record.State, fsm.Stopped)
	is(t, "on disk", l.load().Record, s.Record)
	is(t, "seat", d.lock.file != nil, true)
	is(t, "PID file", fileExists(l.home.PID()), false)
	lock, err := Acquire(l.home.Lock())
	check(t, err)
	lock.Close()
	check(t, onlyExit(l.World.run.child.Wait()))
}

// driving is a drive that waits for a Temporal which has heard SIGTERM and ignores it.
func driving(t *testing.T) (*life, *actor, *Client, <-chan bool) {
	t.Helper()
	l, leader := orphan(t)
	leader.must("trap")
	d, _ := newDesk(t, l.home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	d.sees(t, fsm.InputWon)
	drove := later(func() bool { d.Carry(fsm.CommandEffect{Do: fsm.ActDrive, Record: l.record}); return true })
	is(t, "Temporal hears", leader.hear(), "terminated")
	return l, leader, d, drove
}

// A later stop's request shortens the grace period of the one under way.
func TestDriveHurries(t *testing.T) {
	l, _, d, drove := driving(t)
	is(t, "hurry without a request", d.ForwardStop(), false)
	self, err := probes.Identify(os.Getpid())
	check(t, err)
	check(t, statefile.WriteRequest(l.home.Request(), statefile.Request{Verb: statefile.VerbStop, GraceMS: 1, For: self}))
	is(t, "hurry", d.ForwardStop(), true)
	within(t, "the end", drove)
	is(t, "state", d.sees(t, fsm.InputDrove).Record.State, fsm.Stopped)
	is(t, "the request", fileExists(l.home.Request()), false)
	is(t, "hurry after it", d.ForwardStop(), false)
	check(t, onlyExit(l.World.run.child.Wait()))
}

// A stop that was meant for a drive which is just over interrupts nothing, whether its
// request was written before the end or after it. It counts once.
func TestDriveIsOverWhenItIsHurried(t *testing.T) {
	l, leader, d, drove := driving(t)
	self, err := probes.Identify(os.Getpid())
	check(t, err)
	request := statefile.Request{Verb: statefile.VerbStop, GraceMS: 1, For: self}
	check(t, statefile.WriteRequest(l.home.Request(), request))
	leader.tell("exit", "0")
	within(t, "the end", drove)
	is(t, "a signal that comes too late", d.ForwardStop(), true)
	is(t, "another", d.ForwardStop(), false)
	check(t, statefile.WriteRequest(l.home.Request(), request))
	is(t, "a request that comes too late", d.ForwardStop(), true)
	request.For.PID++
	check(t, statefile.WriteRequest(l.home.Request(), request))
	is(t, "another's", d.ForwardStop(), false)
	check(t, onlyExit(l.World.run.child.Wait()))
}

// A command whose supervisor.lock was deleted while it drove goes on with the new one.
func TestDriveKeepsItsSeat(t *testing.T) {
	l, leader, d, drove := driving(t)
	check(t, os.Remove(l.home.SupervisorLock()))
	leader.tell("exit", "0")
	within(t, "the end", drove)
	d.sees(t, fsm.InputDrove)
	is(t, "the seat is at its path", probes.LeadsTo(l.home.SupervisorLock(), d.lock.file), true)
	check(t, onlyExit(l.World.run.child.Wait()))
}
