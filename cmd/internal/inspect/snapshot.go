package inspect

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"time"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/launch"
	"github.com/stigmer/local/actions/lockfile"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/locks"
	"github.com/stigmer/local/probes/ports"
	"github.com/stigmer/local/probes/proc"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// Snapshot is what was read at one moment: the record, and everything that can be held
// against it without changing anything or taking a lock.
type Snapshot struct {
	Home statefile.Home
	// Exists is true of a home that is gone but for its Temporal as well.
	Exists   bool
	Document statefile.Document
	stamp    statefile.Stamp
	// RecordFault says why there is no record to believe, nil if there is one.
	RecordFault error
	// Trouble is why the state cannot be determined for certain. Hidden says that the reason is
	// cli.ErrHidden.
	Trouble error
	Hidden  bool

	lockOwners
	answers
	pidFile statefile.PIDFile
	// PIDFault says why there is no PID file to believe, nil if there is one.
	PIDFault error
}

// lockOwners are the owners of temporal.lock and supervisor.lock.
type lockOwners struct {
	Evidence fsm.Evidence
	lock     locks.State
	holders  []proc.Info
	Driver   fsm.Process
	// ForeignHolder describes a holder of supervisor.lock that is no driver of this home.
	ForeignHolder string
	Suspended     bool
}

// answers is what answers at the recorded addresses. asked says that Temporal was asked.
type answers struct {
	asked   bool
	answer  temporal.Answer
	port    *ports.Listener
	uiPort  *ports.Listener
	uiFault string
}

// ErrNoRecord is the fault of a home in which nothing was started yet.
var ErrNoRecord = errors.New("there is none yet")

// askWithin bounds the probes of a Temporal that does not answer.
const askWithin = 2 * time.Second

// WithLookTimeout bounds the probes of one snapshot.
func WithLookTimeout() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), askWithin)
}

// Unseen is the snapshot of no home, and of one that was not read yet.
func Unseen() *Snapshot {
	s := &Snapshot{lockOwners: lockOwners{Evidence: fsm.Evidence{Owner: fsm.OwnerNone}}}
	s.Document.State, s.Document.Desired = fsm.Stopped, fsm.WantStopped
	return s
}

// maxTries bounds how often a snapshot is taken anew while the home changes.
const maxTries = 5

// TakeSnapshot reads everything, one after the other. If the home changed meanwhile, the parts
// were never true together: then it reads anew.
func TakeSnapshot(path string) *Snapshot {
	s := takeOnce(path)
	for range maxTries - 1 {
		if s.steady() {
			break
		}
		s = takeOnce(path)
	}
	return s
}

// steady reports whether temporal.lock and the record are still as they were before
// Temporal was asked: then they were so at that moment. A driver that has come or
// gone alone leaves nothing that was at no moment so (sim_look_test.go in fsm).
func (s *Snapshot) steady() bool {
	if s.Trouble != nil || !s.Exists {
		return true
	}
	seen, _ := evidence.Look(s.Home, s.Document.Record)
	return seen.Owner == s.Evidence.Owner && s.stamp == (statefile.File{Home: s.Home}).Stamp()
}

// takeOnce reads everything once, what may take time side by side.
func takeOnce(path string) *Snapshot {
	s := Unseen()
	s.Home, s.Exists, s.Trouble = statefile.FindHome(path)
	if s.Trouble == nil {
		s.Trouble = proc.Check()
	}
	if !s.Exists && s.Trouble == nil {
		s.Home = statefile.Gone(path)
		s.Exists = evidence.HasServerWithoutHome(s.Home)
	}
	if s.Trouble != nil || !s.Exists {
		s.RecordFault = ErrNoRecord
		return s
	}
	s.ReadRecord()
	s.lookAtLocks()
	s.lookAtTemporal()
	return s
}

// ReadRecord reads the record, and notes what is wrong with it.
func (s *Snapshot) ReadRecord() {
	file := statefile.File{Home: s.Home}
	s.stamp = file.Stamp() // before it is read: a save in between shows
	document, err := file.Load()
	if err == nil {
		s.Document = document
		return
	}
	s.RecordFault = err
	if errors.Is(err, fs.ErrNotExist) {
		s.RecordFault = ErrNoRecord
	}
	_, corrupt := errors.AsType[statefile.CorruptError](err)
	_, link := errors.AsType[statefile.SymlinkError](err)
	if !corrupt && !link && !errors.Is(err, fs.ErrNotExist) {
		s.Trouble = err
	}
}

// ReadLockOwner finds the owner of temporal.lock. Where no record says how it is run, its own
// command line does.
func (s *Snapshot) ReadLockOwner() {
	s.Evidence, s.lock = evidence.Look(s.Home, s.Document.Record)
	if s.RecordFault != nil && s.Running() {
		launch.Running(s.Evidence.Leader, &s.Document.Record)
	}
}

func (s *Snapshot) lookAtLocks() {
	s.lookAtOwners()
	s.holders, _ = locks.Holders(s.Home.Lock(), s.Document.Temporal.PID)
	s.pidFile, s.PIDFault = statefile.ReadPID(s.Home.PID())
}

// lookAtOwners finds the owners of both locks.
func (s *Snapshot) lookAtOwners() {
	s.ReadLockOwner()
	if s.lock == locks.Unknown && s.Trouble == nil {
		s.Trouble = errors.New("the owner of temporal.lock is not known")
	}
	s.Driver, s.ForeignHolder = evidence.Driver(s.Home, s.Document.Record)
	s.Suspended = s.Driver.PID != 0 && proc.Suspended(s.Driver.PID)
	for _, path := range []string{s.Home.Lock(), s.Home.SupervisorLock()} {
		if err := lockfile.Check(path); err != nil && s.Trouble == nil {
			s.Trouble = err
		}
	}
	if s.Driver.PID == 0 && s.Evidence.Owner == fsm.OwnerNone && s.Document.State != fsm.Stopped && evidence.InOtherPIDNamespace(s.Document.Record) && s.Trouble == nil {
		s.Hidden = true
		s.Trouble = cli.ErrHidden
	}
}

// lookAtTemporal probes the recorded addresses.
func (s *Snapshot) lookAtTemporal() {
	settings := s.Document.Settings
	if settings.Port == 0 {
		return
	}
	ctx, cancel := WithLookTimeout()
	defer cancel()
	leader := s.Evidence.Leader.PID
	serves := ""
	var all sync.WaitGroup
	all.Go(func() { s.port, _ = ports.Owner(ctx, settings.IP, settings.Port, leader) })
	if s.Evidence.Owner == fsm.OwnerOurs {
		s.asked = true
		all.Go(func() { s.answer = s.ask(ctx, leader) })
		if p := s.Evidence.Leader.Program; p.Wrapper || p.ServerVersion == "" {
			all.Go(func() { serves = temporal.ServerVersion(ctx, launch.Address(settings)) })
		}
	}
	if !settings.Headless {
		all.Go(func() { s.uiPort, _ = ports.Owner(ctx, settings.UIAddress(), settings.UIPort, leader) })
		all.Go(func() {
			if err := temporal.UI(ctx, human.UIURL(settings)); err != nil {
				s.uiFault = err.Error()
			}
		})
	}
	all.Wait()
	s.Evidence.Leader.Program = asServed(s.Evidence.Leader.Program, serves)
}

// asServed corrects what is known of a program by the version that its server says it has, if it
// says one. A wrapper may run another program than the one whose versions it printed once.
func asServed(p fsm.Program, server string) fsm.Program {
	if server == "" || server == p.ServerVersion {
		return p
	}
	if p.ServerVersion != "" {
		p.Version = ""
	}
	p.ServerVersion = server
	return p
}

// ask probes the Temporal at hand. If it is alive but slow, and Healthy by the record of a
// supervisor that works, ask gives it the time that the supervisor would: state must not
// report it Degraded for being slow.
func (s *Snapshot) ask(ctx context.Context, leader int) temporal.Answer {
	settings := s.Document.Settings
	answer := AskOnce(ctx, settings, leader)
	v := answer.Verdict
	if !v.Live || !v.Waits || s.Document.State != fsm.Healthy || s.Driver.PID == 0 || s.Suspended {
		return answer
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(settings.Policy.LivenessDeadline)*time.Millisecond)
	defer cancel()
	return AskOnce(ctx, settings, leader)
}

// AskOnce probes a Temporal once, until ctx is done. Of one that does not answer in time it
// says whether the machine is busy.
func AskOnce(ctx context.Context, s fsm.Settings, pid int) temporal.Answer {
	began, delay := time.Now(), proc.RunDelay(pid)
	answer := temporal.Endpoint{Address: launch.Address(s), Namespaces: s.Namespaces.List()}.Ask(ctx)
	if v := &answer.Verdict; over(ctx) && !v.Ready {
		v.Waits, v.Took = true, fsm.Millis(time.Since(began).Milliseconds())
		v.Delayed = fsm.Millis((proc.RunDelay(pid) - delay).Milliseconds())
		switch {
		case v.Starved():
			answer.Detail += "; it is slow: " + fsm.MachineBusy
		case !v.Live:
			answer.Detail += "; it is slow, or hangs"
		}
	}
	return answer
}

// over reports whether a deadline is reached, or nearly so: a server that knows it ends its call
// by its own clock, and the answer may come a moment before ours has run down.
func over(ctx context.Context) bool {
	deadline, set := ctx.Deadline()
	return ctx.Err() != nil || set && time.Until(deadline) < 100*time.Millisecond
}

// Diagnosis is the state as it is now.
func (s *Snapshot) Diagnosis() fsm.Diagnosis {
	damage := ""
	if s.RecordFault != nil && s.RecordFault != ErrNoRecord {
		damage = s.RecordFault.Error()
	}
	detail := s.answer.Detail
	if !s.asked {
		detail = "whether it answers was not asked"
	}
	return fsm.Diagnose(s.Document.Record, fsm.Look{
		Driven: s.Driver.PID != 0, Lost: s.RecordFault != nil, Damage: damage, Suspended: s.Suspended, Owner: s.Evidence.Owner, Holder: s.Evidence.Holder,
		Asked: s.asked, Verdict: s.answer.Verdict, Detail: detail,
	})
}

// next is what would happen next, by the tables and the resume rule.
func (s *Snapshot) next() []fsm.Move {
	in := fsm.CommandInput{Kind: fsm.InputWon, Record: s.Document.Record, Evidence: s.Evidence}
	if s.Driver.PID != 0 {
		in.Kind, in.Driver, in.Suspended = fsm.InputBusy, s.Driver, s.Suspended
		in.Outdated = s.Skew() == skewOlder && evidence.InBackground(s.Driver)
		if d := s.Diagnosis(); !d.Agrees {
			in.Record.State = d.State
		}
	}
	return fsm.Moves(in)
}
