package actions

import (
	"os"
	"testing"
	"time"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// A follower looks once at each record, at its removal too, and wins when the driver ends.
func TestFollowLooksOnceAtEachRecord(t *testing.T) {
	home := stage.NewHome(t)
	save(t, home, fsm.Record{Generation: 1})
	w := newWorld(t, home)
	d, _ := newClient(t, home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActWait})
	stage.Is(t, "generation", d.sees(t, fsm.InputBusy).Record.Generation, 1)
	for generation := uint64(2); generation < 50; generation++ {
		w.record.document.Generation = generation
		stage.Check(t, w.record.write(nil, generation%2 == 0))
		stage.Is(t, "generation", d.sees(t, fsm.InputBusy).Record.Generation, generation)
	}
	stage.Check(t, os.Remove(home.State()))
	stage.Is(t, "generation without a record", d.sees(t, fsm.InputBusy).Record.Generation, 0)
	stage.Check(t, w.supervisorLock.Close())
	d.sees(t, fsm.InputWon)
}

// quietTime is how long a test waits for a look that must not come: 200 stats and more.
const quietTime fsm.Millis = 300

// expectNoLook fails if the record is looked at before a timer of quietTime.
func expectNoLook(t *testing.T, d *Client) {
	t.Helper()
	d.Carry(fsm.CommandEffect{Do: fsm.ActArm, Input: fsm.InputTimeout, After: quietTime})
	d.sees(t, fsm.InputTimeout)
}

// Neither a driver that cannot be named, nor a record or a lock file that is missing, is a
// reason to look again and again.
func TestFollowLooksAtNothingElse(t *testing.T) {
	home := stage.NewHome(t)
	save(t, home, fsm.Record{Generation: 1})
	driver := stage.New(t).Start("actor", nil)
	driver.Must("lock", home.SupervisorLock())
	d, _ := newClient(t, home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActWait})
	stage.Is(t, "driver", d.sees(t, fsm.InputBusy).Driver, fsm.Process{})
	expectNoLook(t, d)

	empty := stage.NewHome(t)
	d, _ = newClient(t, empty, nil)
	d.lock.awaited = true // nothing holds the lock: it would be won
	d.Carry(fsm.CommandEffect{Do: fsm.ActWait})
	d.sees(t, fsm.InputBusy)
	expectNoLook(t, d)
}

// While supervisor.lock is ours the record is our own, and not looked at as another's.
func TestFollowRestsWhileTheLockIsOurs(t *testing.T) {
	home := stage.NewHome(t)
	save(t, home, fsm.Record{Generation: 1})
	d, _ := newClient(t, home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActWait})
	for range 2 { // the record, and that the lock was free, in either order
		stage.Within(t, "a sight", stage.Later(d.Look))
	}
	stage.Is(t, "ours", d.lock.file != nil, true)
	save(t, home, fsm.Record{Generation: 2})
	expectNoLook(t, d)
	save(t, home, fsm.Record{Generation: 3})
	holder := stage.New(t).Start(evidence.SuperviseVerb, nil, d.lock.file)
	d.Carry(fsm.CommandEffect{Do: fsm.ActReleaseLock})
	s := d.sees(t, fsm.InputBusy)
	stage.Is(t, "generation", s.Record.Generation, 3)
	stage.Is(t, "driver", s.Driver.PID, holder.PID)
}

func TestStatPause(t *testing.T) {
	for waited, want := range map[time.Duration]time.Duration{
		0:                      time.Millisecond,
		100 * time.Millisecond: time.Millisecond,
		time.Second:            10 * time.Millisecond,
		5 * time.Second:        50 * time.Millisecond,
		time.Hour:              50 * time.Millisecond,
	} {
		stage.Is(t, waited.String(), statPause(waited), want)
	}
}

// A record that comes while another one is looked at is looked at next: the stamp that
// counts is that of the record that was read.
func TestFollowMissesNothing(t *testing.T) {
	home := stage.NewHome(t)
	save(t, home, fsm.Record{Generation: 1})
	stage.New(t).Start(evidence.SuperviseVerb, nil).Must("lock", home.SupervisorLock())
	d, _ := newClient(t, home, nil)
	const last = 20
	d.config.Observer.Recorded = func(seen statefile.Document) {
		if seen.Generation < last {
			save(t, home, fsm.Record{Generation: seen.Generation + 1})
		}
	}
	d.Carry(fsm.CommandEffect{Do: fsm.ActWait})
	for generation := range uint64(last) {
		stage.Is(t, "generation", d.sees(t, fsm.InputBusy).Record.Generation, generation+1)
	}
}

// A timer's look at the record leaves its change to be seen: the timer may have been
// armed for what is over, and its look come to nothing.
func TestFollowSeesWhatATimerLookedAt(t *testing.T) {
	home := stage.NewHome(t)
	save(t, home, fsm.Record{Generation: 1})
	stage.New(t).Start(evidence.SuperviseVerb, nil).Must("lock", home.SupervisorLock())
	d, _ := newClient(t, home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActWait})
	stage.Is(t, "generation", d.sees(t, fsm.InputBusy).Record.Generation, 1)
	save(t, home, fsm.Record{Generation: 2})
	d.Carry(fsm.CommandEffect{Do: fsm.ActArm, Input: fsm.InputNoAnswer})
	for range 2 {
		stage.Is(t, "generation", stage.Within(t, "a sight", stage.Later(d.Look)).Record.Generation, 2)
	}
}
