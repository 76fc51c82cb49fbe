package actions

import (
	"errors"
	"os"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/internal/stage"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// newClient is a command's world, and the generations of the records that it observed.
func newClient(t *testing.T, home statefile.Home, supervise func(*os.File) (int, error)) (*Client, *[]uint64) {
	t.Helper()
	recorded := &[]uint64{}
	d := NewClient(ClientConfig{
		Home: home, Log: hclog.NewNullLogger(), Supervise: supervise,
		Observer: Observer{Recorded: func(document statefile.Document) { *recorded = append(*recorded, document.Generation) }},
	})
	t.Cleanup(d.releaseLock)
	return d, recorded
}

// sees waits for the next sight, which must be of this kind.
func (d *Client) sees(t *testing.T, saw fsm.CommandInputKind) fsm.CommandInput {
	t.Helper()
	s := stage.Within(t, string(saw), stage.Later(d.Look))
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
	stage.Check(t, statefile.File{Home: home}.Save(statefile.Document{Record: r}))
}

func wanted(generation uint64) fsm.Record {
	return fsm.Record{
		State: fsm.Stopped, Desired: fsm.WantRunning, Generation: generation, Settings: fsm.Settings{Policy: fsm.DefaultPolicy()},
	}
}

func TestClientWins(t *testing.T) {
	home := stage.NewHome(t)
	save(t, home, fsm.Record{Generation: 4})
	stage.Check(t, os.WriteFile(home.PID(), []byte("1\ninit\n"), 0o600))
	d, recorded := newClient(t, home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	s := d.sees(t, fsm.InputWon)
	stage.Is(t, "generation", s.Record.Generation, uint64(4))
	stage.Is(t, "recorded", len(*recorded), 1)
	stage.Is(t, "evidence", s.Evidence, fsm.Evidence{Owner: fsm.OwnerNone})
	stage.Is(t, "the stale PID file", stage.FileExists(home.PID()), false)
	if _, err := lockfile.Take(home.SupervisorLock()); !errors.Is(err, lockfile.ErrHeld) {
		t.Errorf("the lock is not ours: %v", err)
	}
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock}) // has it already
	stage.Is(t, "sights", len(d.events), 0)
	for range 2 {
		d.Carry(fsm.CommandEffect{Do: fsm.ActReleaseLock})
	}
	lock, err := lockfile.Take(home.SupervisorLock())
	stage.Check(t, err)
	lock.Close()
}

// One that runs is not tidied away.
func TestClientWinsBesideAnOrphan(t *testing.T) {
	l := newLife(t)
	l.spawn()
	l.abandon()
	stage.Is(t, "PID file", stage.FileExists(l.home.PID()), true)
	save(t, l.home, l.record)
	d, _ := newClient(t, l.home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	s := d.sees(t, fsm.InputWon)
	stage.Is(t, "hold", s.Evidence.Owner, fsm.OwnerOurs)
	stage.Is(t, "PID file", stage.FileExists(l.home.PID()), true)
}

func TestClientBusy(t *testing.T) {
	home, s := stage.NewHome(t), stage.New(t)
	driver := s.Start(evidence.SuperviseVerb, nil)
	driver.Must("lock", home.SupervisorLock())
	d, recorded := newClient(t, home, nil)
	busy := func(saw fsm.CommandInputKind) fsm.CommandInput {
		t.Helper()
		d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
		return d.sees(t, saw)
	}
	save(t, home, fsm.Record{Generation: 3})
	for range 2 {
		sight := busy(fsm.InputBusy)
		stage.Is(t, "generation", sight.Record.Generation, uint64(3))
		stage.Is(t, "driver", sight.Driver.PID, driver.PID)
		stage.Is(t, "foreign holder", sight.Holder, "")
	}
	stage.Is(t, "recorded once", len(*recorded), 1)
	// What is damaged is the driver's to write anew.
	stage.Check(t, os.WriteFile(home.State(), []byte("rubbish"), 0o600))
	stage.Is(t, "generation", busy(fsm.InputBusy).Record.Generation, uint64(0))
	stage.Is(t, "set aside by a follower", stage.FileExists(home.State()), true)
	stage.Check(t, os.WriteFile(home.State(), []byte(`{"schema":2}`), 0o600))
	stage.Has(t, busy(fsm.InputBroken).Detail, "newer")
	var newer statefile.NewerError
	stage.Is(t, "error", errors.As(d.Err(), &newer), true)
}

// A driver that was seen and has released the lock since is not named again: it could be asked
// to stop for it.
func TestClientForgetsADriver(t *testing.T) {
	home, s := stage.NewHome(t), stage.New(t)
	save(t, home, fsm.Record{Generation: 3})
	lock, err := lockfile.Take(home.SupervisorLock())
	stage.Check(t, err)
	first, second := s.Start(evidence.SuperviseVerb, nil, lock), s.Start(evidence.SuperviseVerb, nil)
	stage.Check(t, lock.Close())
	d, _ := newClient(t, home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	stage.Is(t, "driver", d.sees(t, fsm.InputBusy).Driver.PID, first.PID)
	first.Must("drop")
	second.Must("lock", home.SupervisorLock())
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	stage.Is(t, "driver", d.sees(t, fsm.InputBusy).Driver.PID, second.PID)
	// Nor is one that was asked to stop, which may go on living without the lock.
	second.Must("trap")
	d.Carry(fsm.CommandEffect{Do: fsm.ActAskStop, Driver: second.Identity()})
	stage.Is(t, "the driver hears", second.Receive(), "terminated")
	second.Must("unlock")
	first.Must("lock", home.SupervisorLock())
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	stage.Is(t, "driver", d.sees(t, fsm.InputBusy).Driver.PID, first.PID)
}

func awaitFree(home statefile.Home) error {
	lock, err := lockfile.Wait(home.SupervisorLock())
	if err != nil {
		return err
	}
	return lock.Close()
}

func TestClientNamesAForeignHolder(t *testing.T) {
	home := stage.NewHome(t)
	foreign := stage.New(t).Start("actor", nil)
	foreign.Must("lock", home.SupervisorLock())
	d, _ := newClient(t, home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	s := d.sees(t, fsm.InputBusy)
	stage.Is(t, "driver", s.Driver, fsm.Process{})
	stage.Is(t, "foreign holder", s.Holder, evidence.Describe(stage.HolderAt(t, home.SupervisorLock())))
}

func TestClientBreaksOff(t *testing.T) {
	home := stage.NewHome(t)
	stage.Check(t, os.Mkdir(home.SupervisorLock(), 0o700))
	d, _ := newClient(t, home, nil)
	for _, ask := range []fsm.CommandAction{fsm.ActTryLock, fsm.ActWait} {
		d.Carry(fsm.CommandEffect{Do: ask})
		s := stage.Within(t, "a sight", stage.Later(d.Look))
		for s.Kind == fsm.InputBusy {
			s = stage.Within(t, "a sight", stage.Later(d.Look))
		}
		stage.Is(t, "saw", s.Kind, fsm.InputBroken)
		stage.Has(t, s.Detail, home.SupervisorLock())
	}
}

// A follower sees each change of the record, and wins when the driver dies.
func TestClientFollows(t *testing.T) {
	home := stage.NewHome(t)
	driver := stage.New(t).Start(evidence.SuperviseVerb, nil)
	driver.Must("lock", home.SupervisorLock())
	d, _ := newClient(t, home, nil)
	for range 2 { // following twice is following once
		d.Carry(fsm.CommandEffect{Do: fsm.ActWait})
		stage.Is(t, "sights", len(d.events), 1)
	}
	d.sees(t, fsm.InputBusy)
	for generation := uint64(1); generation < 4; generation++ {
		save(t, home, fsm.Record{Generation: generation})
		for d.sees(t, fsm.InputBusy).Record.Generation != generation {
		}
	}
	driver.Send("exit", "0")
	s := stage.Within(t, "a sight", stage.Later(d.Look))
	for s.Kind == fsm.InputBusy {
		s = stage.Within(t, "a sight", stage.Later(d.Look))
	}
	stage.Is(t, "saw", s.Kind, fsm.InputWon)
	stage.Is(t, "generation", s.Record.Generation, uint64(3))
}

// The record is there before the supervisor, with what the command has found in the database.
// The supervisor has the lock before the command releases it.
func TestClientHandsOver(t *testing.T) {
	home, s := stage.NewHome(t), stage.New(t)
	data, err := os.ReadFile("../cmd/e2e/fake/testdata/fake.db")
	stage.Check(t, err)
	stage.Check(t, os.WriteFile(home.DB(), data, 0o600))
	var heir *stage.Actor
	d, _ := newClient(t, home, func(lock *os.File) (int, error) {
		saved, err := statefile.File{Home: home}.Load()
		stage.Check(t, err)
		stage.Is(t, "generation", saved.Generation, uint64(9))
		stage.Is(t, "known", saved.Known, database.ReadContents(home.DB(), fsm.DatabaseFile{}).Known)
		heir = s.Start(evidence.SuperviseVerb, nil, lock)
		return heir.PID, nil
	})
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	d.sees(t, fsm.InputWon)
	r := wanted(9)
	r.Settings.DB = home.DB()
	d.Carry(fsm.CommandEffect{Do: fsm.ActHandOver, Record: r})
	d.sees(t, fsm.InputHanded)
	stage.Is(t, "supervisor.lock", d.lock.file == nil, true)
	stage.Is(t, "holder", stage.HolderAt(t, home.SupervisorLock()).Process.PID, heir.PID)
	heir.Send("exit", "0")
	stage.Check(t, stage.Within(t, "the lock", stage.Later(func() error { return awaitFree(home) })))
}

func TestClientCannotHandOver(t *testing.T) {
	home := stage.NewHome(t)
	d, _ := newClient(t, home, func(*os.File) (int, error) { return 0, errors.New("out of processes") })
	d.Carry(fsm.CommandEffect{Do: fsm.ActTryLock})
	d.sees(t, fsm.InputWon)
	r := wanted(9)
	d.Carry(fsm.CommandEffect{Do: fsm.ActHandOver, Record: r})
	stage.Is(t, "detail", d.sees(t, fsm.InputNotHanded).Detail, "out of processes")
	stage.Is(t, "supervisor.lock", d.lock.file != nil, true)
	// Nothing is started that the record does not name.
	d.config.Supervise = func(*os.File) (int, error) { t.Error("started without a record"); return 0, nil }
	stage.Check(t, os.RemoveAll(string(home)))
	d.Carry(fsm.CommandEffect{Do: fsm.ActHandOver, Record: r})
	d.sees(t, fsm.InputBroken)
	stage.Is(t, "error", errors.Is(d.Err(), os.ErrNotExist), true)
}

func TestClientArm(t *testing.T) {
	home := stage.NewHome(t)
	d, _ := newClient(t, home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActArm, Input: fsm.InputTimeout, After: 1 << 40})
	old := d.timers[fsm.InputTimeout]
	save(t, home, fsm.Record{Generation: 2})
	d.Carry(fsm.CommandEffect{Do: fsm.ActArm, Input: fsm.InputTimeout, After: 1})
	stage.Is(t, "generation", d.sees(t, fsm.InputTimeout).Record.Generation, uint64(2))
	stage.Is(t, "the old one was still armed", old.Stop(), false)
}

func TestClientAsksToStop(t *testing.T) {
	home := stage.NewHome(t)
	driver := stage.New(t).Start(evidence.SuperviseVerb, nil)
	driver.Must("trap")
	d, _ := newClient(t, home, nil)
	d.Carry(fsm.CommandEffect{Do: fsm.ActAskStop, Driver: driver.Identity(), Grace: 1500})
	stage.Is(t, "the driver hears", driver.Receive(), "terminated")
	request, err := statefile.ReadRequest(home.Request())
	stage.Check(t, err)
	stage.Is(t, "addressed", request.For.Same(driver.Identity()), true)
	stage.Is(t, "from", request.From.PID, os.Getpid())
	stage.Is(t, "grace", request.GraceMS, 1500)
	stage.Is(t, "now", request.Now, false)
	d.Carry(fsm.CommandEffect{Do: fsm.ActAskStop, Driver: driver.Identity(), Now: true})
	stage.Is(t, "the driver hears", driver.Receive(), "terminated")
	request, err = statefile.ReadRequest(home.Request())
	stage.Check(t, err)
	stage.Is(t, "now", request.Now, true)
	// A request that cannot be written costs the grace period, not the stop.
	stage.Check(t, os.Remove(home.Request()))
	stage.Check(t, os.Mkdir(home.Request(), 0o700))
	d.Carry(fsm.CommandEffect{Do: fsm.ActAskStop, Driver: driver.Identity()})
	stage.Is(t, "the driver hears", driver.Receive(), "terminated")
	// Another process that has the driver's PID now is not meant.
	reused := driver.Identity()
	reused.StartTicks--
	d.Carry(fsm.CommandEffect{Do: fsm.ActAskStop, Driver: reused})
	d.Carry(fsm.CommandEffect{Do: fsm.ActKillSupervisor, Driver: reused})
	driver.Untouched()
	d.Carry(fsm.CommandEffect{Do: fsm.ActKillSupervisor, Driver: driver.Identity()})
	driver.AwaitEnd()
	stage.Is(t, "sights", len(d.events), 0)
}

func TestClientProves(t *testing.T) {
	home := stage.NewHome(t)
	ports := stage.QuietPorts(t, 1)
	d, _ := newClient(t, home, nil)
	r := fsm.Record{Generation: 5, Settings: fsm.Settings{IP: "127.0.0.1", Port: ports[0]}}
	d.Carry(fsm.CommandEffect{Do: fsm.ActProbe, Record: r})
	s := d.sees(t, fsm.InputProbeFailed)
	stage.Is(t, "record", s.Record, r)
	stage.Is(t, "detail given", s.Detail != "", true)
}
