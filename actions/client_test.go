package actions

import (
	"errors"
	"os"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// newDesk is a command's world, and the generations of the records that it told.
func newDesk(t *testing.T, home statefile.Home, supervise func(*os.File) (int, error)) (*Client, *[]uint64) {
	t.Helper()
	told := &[]uint64{}
	d := NewClient(ClientConfig{
		Home: home, Log: hclog.NewNullLogger(), Supervise: supervise,
		Observer: Observer{Recorded: func(document statefile.Document) { *told = append(*told, document.Generation) }},
	})
	t.Cleanup(d.releaseLock)
	return d, told
}

// sees waits for the next sight, which must be of this kind.
func (d *Client) sees(t *testing.T, saw fsm.CommandInputKind) fsm.CommandInput {
	t.Helper()
	s := within(t, string(saw), later(d.Look))
	if s.Kind != saw {
		t.Fatalf("%s was seen (%s), not %s", s.Kind, s.Detail, saw)
	}
	return s
}

func save(t *testing.T, home statefile.Home, r fsm.Record) {
	t.Helper()
	if r.State == "" {
		r.State, r.Desired, r.Settings.Policy = fsm.Healthy, fsm.WantRunning, fsm.DefaultPolicy()
	}
	check(t, statefile.File{Home: home}.Save(statefile.Document{Record: r}))
}

func wanted(generation uint64) fsm.Record {
	return fsm.Record{
		State: fsm.Stopped, Desired: fsm.WantRunning, Generation: generation, Settings: fsm.Settings{Policy: fsm.DefaultPolicy()},
	}
}

func TestDeskWins(t *testing.T) {
	home := newHome(t)
	save(t, home, fsm.Record{Generation: 4})
	check(t, os.WriteFile(home.PID(), []byte("1\ninit\n"), 0o600))
	d, told := newDesk(t, home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	s := d.sees(t, fsm.InputWon)
	is(t, "generation", s.Record.Generation, uint64(4))
	is(t, "told", len(*told), 1)
	is(t, "evidence", s.Evidence, fsm.Evidence{Owner: fsm.OwnerNone})
	is(t, "the stale PID file", fileExists(home.PID()), false)
	if _, err := Acquire(home.SupervisorLock()); !errors.Is(err, ErrHeld) {
		t.Errorf("the lock is not ours: %v", err)
	}
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock}) // has it already
	is(t, "sights", len(d.events), 0)
	for range 2 {
		d.Carry(fsm.CommandEffect{Do: fsm.ActReleaseLock})
	}
	lock, err := Acquire(home.SupervisorLock())
	check(t, err)
	lock.Close()
}

// One that runs is not tidied away.
func TestDeskWinsBesideAnOrphan(t *testing.T) {
	l := newLife(t)
	l.spawn()
	l.abandon()
	is(t, "PID file", fileExists(l.home.PID()), true)
	save(t, l.home, l.record)
	d, _ := newDesk(t, l.home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	s := d.sees(t, fsm.InputWon)
	is(t, "hold", s.Evidence.Owner, fsm.OwnerOurs)
	is(t, "PID file", fileExists(l.home.PID()), true)
}

func TestDeskBusy(t *testing.T) {
	home, s := newHome(t), newStage(t)
	driver := s.start(SuperviseVerb, nil)
	driver.must("lock", home.SupervisorLock())
	d, told := newDesk(t, home, nil)
	busy := func(saw fsm.CommandInputKind) fsm.CommandInput {
		t.Helper()
		d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
		return d.sees(t, saw)
	}
	save(t, home, fsm.Record{Generation: 3})
	for range 2 {
		sight := busy(fsm.InputBusy)
		is(t, "generation", sight.Record.Generation, uint64(3))
		is(t, "driver", sight.Driver.PID, driver.PID)
		is(t, "stranger", sight.Holder, "")
	}
	is(t, "told once", len(*told), 1)
	// What is damaged is the driver's to write anew.
	check(t, os.WriteFile(home.State(), []byte("rubbish"), 0o600))
	is(t, "generation", busy(fsm.InputBusy).Record.Generation, uint64(0))
	is(t, "set aside by a follower", fileExists(home.State()), true)
	check(t, os.WriteFile(home.State(), []byte(`{"schema":2}`), 0o600))
	has(t, busy(fsm.InputBroken).Detail, "newer")
	var newer statefile.NewerError
	is(t, "error", errors.As(d.Err(), &newer), true)
}

// Who was seen to drive, and has let go since, is not named again: it could be asked to
// stop for it.
func TestDeskForgetsADriver(t *testing.T) {
	home, s := newHome(t), newStage(t)
	save(t, home, fsm.Record{Generation: 3})
	lock, err := Acquire(home.SupervisorLock())
	check(t, err)
	first, second := s.start(SuperviseVerb, nil, lock), s.start(SuperviseVerb, nil)
	check(t, lock.Close())
	d, _ := newDesk(t, home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	is(t, "driver", d.sees(t, fsm.InputBusy).Driver.PID, first.PID)
	first.must("drop")
	second.must("lock", home.SupervisorLock())
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	is(t, "driver", d.sees(t, fsm.InputBusy).Driver.PID, second.PID)
	// Nor is one that was asked to stop, which may go on living without the lock.
	second.must("trap")
	d.Carry(fsm.CommandEffect{Do: fsm.ActAskStop, Driver: second.identity()})
	is(t, "the driver hears", second.hear(), "terminated")
	second.must("unlock")
	first.must("lock", home.SupervisorLock())
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	is(t, "driver", d.sees(t, fsm.InputBusy).Driver.PID, first.PID)
}

func awaitFree(home statefile.Home) error {
	lock, err := AcquireWait(home.SupervisorLock())
	if err != nil {
		return err
	}
	return lock.Close()
}

func TestDeskNamesAStranger(t *testing.T) {
	home := newHome(t)
	stranger := newStage(t).start("actor", nil)
	stranger.must("lock", home.SupervisorLock())
	d, _ := newDesk(t, home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	s := d.sees(t, fsm.InputBusy)
	is(t, "driver", s.Driver, fsm.Process{})
	is(t, "stranger", s.Holder, Describe(holderAt(t, home.SupervisorLock())))
}

func TestDeskBreaksOff(t *testing.T) {
	home := newHome(t)
	check(t, os.Mkdir(home.SupervisorLock(), 0o700))
	d, _ := newDesk(t, home, nil)
	for _, ask := range []fsm.CommandAction{fsm.ActTryLock, fsm.ActWait} {
		d.Carry(fsm.CommandEffect{Do: ask})
		s := within(t, "a sight", later(d.Look))
		for s.Kind == fsm.InputBusy {
			s = within(t, "a sight", later(d.Look))
		}
		is(t, "saw", s.Kind, fsm.InputBroken)
		has(t, s.Detail, home.SupervisorLock())
	}
}

// A follower sees each change of the record, and wins when the driver dies.
func TestDeskFollows(t *testing.T) {
	home := newHome(t)
	driver := newStage(t).start(SuperviseVerb, nil)
	driver.must("lock", home.SupervisorLock())
	d, _ := newDesk(t, home, nil)
	for range 2 { // following twice is following once
		d.Carry(fsm.CommandEffect{Do: fsm.ActWait})
		is(t, "sights", len(d.events), 1)
	}
	d.sees(t, fsm.InputBusy)
	for generation := uint64(1); generation < 4; generation++ {
		save(t, home, fsm.Record{Generation: generation})
		for d.sees(t, fsm.InputBusy).Record.Generation != generation {
		}
	}
	driver.tell("exit", "0")
	s := within(t, "a sight", later(d.Look))
	for s.Kind == fsm.InputBusy {
		s = within(t, "a sight", later(d.Look))
	}
	is(t, "saw", s.Kind, fsm.InputWon)
	is(t, "generation", s.Record.Generation, uint64(3))
}

// The record is there before the supervisor, with what the command has found in the database.
// The supervisor has the lock before the command releases it.
func TestDeskHandsOver(t *testing.T) {
	home, s := newHome(t), newStage(t)
	data, err := os.ReadFile("../cmd/e2e/testdata/fake.db")
	check(t, err)
	check(t, os.WriteFile(home.DB(), data, 0o600))
	var heir *actor
	d, _ := newDesk(t, home, func(lock *os.File) (int, error) {
		saved, err := statefile.File{Home: home}.Load()
		check(t, err)
		is(t, "generation", saved.Generation, uint64(9))
		is(t, "known", saved.Known, contentsOf(home.DB(), fsm.DatabaseFile{}).known)
		heir = s.start(SuperviseVerb, nil, lock)
		return heir.PID, nil
	})
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	d.sees(t, fsm.InputWon)
	r := wanted(9)
	r.Settings.DB = home.DB()
	d.Carry(fsm.CommandEffect{Do: fsm.ActHandOver, Record: r})
	d.sees(t, fsm.InputHanded)
	is(t, "seat", d.lock.file == nil, true)
	is(t, "holder", holderAt(t, home.SupervisorLock()).Process.PID, heir.PID)
	heir.tell("exit", "0")
	check(t, within(t, "the lock", later(func() error { return awaitFree(home) })))
}

func TestDeskCannotHandOver(t *testing.T) {
	home := newHome(t)
	d, _ := newDesk(t, home, func(*os.File) (int, error) { return 0, errors.New("out of processes") })
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	d.sees(t, fsm.InputWon)
	r := wanted(9)
	d.Carry(fsm.CommandEffect{Do: fsm.ActHandOver, Record: r})
	is(t, "detail", d.sees(t, fsm.InputNotHanded).Detail, "out of processes")
	is(t, "seat", d.lock.file != nil, true)
	// Nothing is started that the record does not name.
	d.config.Supervise = func(*os.File) (int, error) { t.Error("started without a record"); return 0, nil }
	check(t, os.RemoveAll(string(home)))
	d.Carry(fsm.CommandEffect{Do: fsm.ActHandOver, Record: r})
	d.sees(t, fsm.InputBroken)
	is(t, "error", errors.Is(d.Err(), os.ErrNotExist), true)
}

func TestDeskArm(t *testing.T) {
	home := newHome(t)
	d, _ := newDesk(t, home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActArm, Input: fsm.InputTimeout, After: 1 << 40})
	old := d.timers[fsm.InputTimeout]
	save(t, home, fsm.Record{Generation: 2})
	d.Carry(fsm.CommandEffect{Do: fsm.ActArm, Input: fsm.InputTimeout, After: 1})
	is(t, "generation", d.sees(t, fsm.InputTimeout).Record.Generation, uint64(2))
	is(t, "the old one was still armed", old.Stop(), false)
}

func TestDeskAsksToStop(t *testing.T) {
	home := newHome(t)
	driver := newStage(t).start(SuperviseVerb, nil)
	driver.must("trap")
	d, _ := newDesk(t, home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActAskStop, Driver: driver.identity(), Grace: 1500})
	is(t, "the driver hears", driver.hear(), "terminated")
	request, err := statefile.ReadRequest(home.Request())
	check(t, err)
	is(t, "addressed", request.For.Same(driver.identity()), true)
	is(t, "from", request.From.PID, os.Getpid())
	is(t, "grace", request.GraceMS, 1500)
	// A request that cannot be written costs the grace period, not the stop.
	check(t, os.Remove(home.Request()))
	check(t, os.Mkdir(home.Request(), 0o700))
	d.Carry(fsm.CommandEffect{Do: fsm.ActAskStop, Driver: driver.identity()})
	is(t, "the driver hears", driver.hear(), "terminated")
	// Whoever has the driver's PID now is not meant.
	reused := driver.identity()
	reused.StartTicks--
	d.Carry(fsm.CommandEffect{Do: fsm.ActAskStop, Driver: reused})
	d.Carry(fsm.CommandEffect{Do: fsm.ActKillSupervisor, Driver: reused})
	driver.untouched()
	d.Carry(fsm.CommandEffect{Do: fsm.ActKillSupervisor, Driver: driver.identity()})
	driver.awaitEnd()
	is(t, "sights", len(d.events), 0)
}

func TestDeskProves(t *testing.T) {
	home := newHome(t)
	ports := quietPorts(t, 1)
	d, _ := newDesk(t, home, nil)
	r := fsm.Record{Generation: 5, Settings: fsm.Settings{IP: "127.0.0.1", Port: ports[0]}}
	d.Carry(fsm.CommandEffect{Do: fsm.ActProbe, Record: r})
	s := d.sees(t, fsm.InputProbeFailed)
	is(t, "record", s.Record, r)
	is(t, "detail given", s.Detail != "", true)
}
