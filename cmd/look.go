package cmd

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"time"

	"github.com/stigmer/local/actions"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes"
	"github.com/stigmer/local/probes/temporal"
	"github.com/stigmer/local/statefile"
)

// seen is what one look found: the record, and everything that can be held
// against it without changing anything or taking a lock.
type seen struct {
	home statefile.Home
	// exists is true of a home that is gone but for its Temporal as well.
	exists   bool
	document statefile.Document
	stamp    statefile.Stamp
	// recordFault says why there is no record to believe, empty if there is one.
	recordFault string
	// trouble is why the state cannot be determined for certain. hidden says that the reason is
	// errHidden.
	trouble error
	hidden  bool

	evidence fsm.Evidence
	lock     probes.LockState
	holders  []probes.Holder
	driver   fsm.Process
	stranger string
	asleep   bool

	asked    bool
	answer   temporal.Answer
	port     *probes.Listener
	uiPort   *probes.Listener
	uiFault  string
	pidFile  statefile.PIDFile
	pidFault error
}

// errHidden is the trouble of a home that a container has used, or still uses.
var errHidden = errors.New("the record names processes of another PID namespace (a container), which cannot be seen from here")

// tryHidden is what helps then.
const tryHidden = "the same command in that container; if it has ended, stigmer local start or stop go on from the record"

const noRecord = "there is none yet"

// askWithin bounds a look at a Temporal that does not answer.
const askWithin = 2 * time.Second

func withLookTimeout() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), askWithin)
}

// unseen is what is so where there is no home, or before anybody has looked.
func unseen() *seen {
	s := &seen{evidence: fsm.Evidence{Owner: fsm.OwnerNone}}
	s.document.State, s.document.Desired = fsm.Stopped, fsm.WantStopped
	return s
}

// mostLooks bounds how often a look begins anew while everything changes.
const mostLooks = 5

// look looks at everything. What is seen one after the other was never so together
// if it has changed meanwhile, and would be told as a state in which nothing ever
// was: it looks anew then.
func look(path string) *seen {
	s := lookOnce(path)
	for range mostLooks - 1 {
		if s.steady() {
			break
		}
		s = lookOnce(path)
	}
	return s
}

// steady reports whether temporal.lock and the record are still as they were before
// Temporal was asked: then they were so at that moment. A driver that has come or
// gone alone leaves nothing that was at no moment so (sim_look_test.go in fsm).
func (s *seen) steady() bool {
	if s.trouble != nil || !s.exists {
		return true
	}
	evidence, _ := actions.Look(s.home, s.document.Record)
	return evidence.Owner == s.evidence.Owner && s.stamp == (statefile.File{Home: s.home}).Stamp()
}

// lookOnce looks at everything once, at what may take time side by side.
func lookOnce(path string) *seen {
	s := unseen()
	s.home, s.exists, s.trouble = statefile.FindHome(path)
	if s.trouble == nil {
		s.trouble = probes.CheckProc()
	}
	if !s.exists && s.trouble == nil {
		s.home = statefile.Gone(path)
		s.exists = actions.Outlives(s.home)
	}
	if s.trouble != nil || !s.exists {
		s.recordFault = noRecord
		return s
	}
	s.readRecord()
	s.lookAtLocks()
	s.lookAtTemporal()
	return s
}

func (s *seen) readRecord() {
	file := statefile.File{Home: s.home}
	s.stamp = file.Stamp() // before it is read: a save in between shows
	document, err := file.Load()
	if err == nil {
		s.document = document
		return
	}
	s.recordFault = err.Error()
	if errors.Is(err, fs.ErrNotExist) {
		s.recordFault = noRecord
	}
	_, corrupt := errors.AsType[statefile.CorruptError](err)
	_, link := errors.AsType[statefile.SymlinkError](err)
	if !corrupt && !link && !errors.Is(err, fs.ErrNotExist) {
		s.trouble = err
	}
}

// lookWhoRuns looks who has temporal.lock. Where no record says how it is run, its
// own command line does.
func (s *seen) lookWhoRuns() {
	s.evidence, s.lock = actions.Look(s.home, s.document.Record)
	if s.recordFault != "" && s.running() {
		s.document.Settings, s.document.Environment = actions.RunningSettings(s.evidence.Leader)
	}
}

func (s *seen) lookAtLocks() {
	s.lookWhoRuns()
	if s.lock == probes.LockUnknown && s.trouble == nil {
		s.trouble = errors.New("who holds temporal.lock cannot be told")
	}
	s.holders, _ = probes.Holders(s.home.Lock(), s.document.Temporal.PID)
	s.driver, s.stranger = actions.Driver(s.home, s.document.Record)
	s.asleep = s.driver.PID != 0 && probes.Asleep(s.driver.PID)
	for _, path := range []string{s.home.Lock(), s.home.SupervisorLock()} {
		if err := actions.CheckLock(path); err != nil && s.trouble == nil {
			s.trouble = err
		}
	}
	if s.driver.PID == 0 && s.evidence.Owner == fsm.OwnerNone && s.document.State != fsm.Stopped && actions.Elsewhere(s.document.Record) && s.trouble == nil {
		s.hidden = true
		s.trouble = errHidden
	}
	s.pidFile, s.pidFault = statefile.ReadPID(s.home.PID())
}

// lookAtTemporal asks whoever answers at the recorded address.
func (s *seen) lookAtTemporal() {
	settings := s.document.Settings
	if settings.Port == 0 {
		return
	}
	ctx, cancel := withLookTimeout()
	defer cancel()
	leader := s.evidence.Leader.PID
	var all sync.WaitGroup
	all.Go(func() { s.port, _ = probes.Owner(ctx, settings.IP, settings.Port, leader) })
	if s.evidence.Owner == fsm.OwnerOurs {
		s.asked = true
		all.Go(func() { s.answer = s.ask(ctx, leader) })
	}
	if !settings.Headless {
		all.Go(func() { s.uiPort, _ = probes.Owner(ctx, settings.IP, settings.UIPort, leader) })
		all.Go(func() {
			if err := temporal.UI(ctx, uiURL(settings)); err != nil {
				s.uiFault = err.Error()
			}
		})
	}
	all.Wait()
}

// ask probes the Temporal at hand. If it is alive but slow, and Healthy by the record of a
// supervisor that works, ask gives it the time that the supervisor would: state must not
// report it Degraded for being slow.
func (s *seen) ask(ctx context.Context, leader int) temporal.Answer {
	settings := s.document.Settings
	answer := askOnce(ctx, settings, leader)
	v := answer.Verdict
	if !v.Live || !v.Waits || s.document.State != fsm.Healthy || s.driver.PID == 0 || s.asleep {
		return answer
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(settings.Policy.LivenessDeadline)*time.Millisecond)
	defer cancel()
	return askOnce(ctx, settings, leader)
}

// askOnce probes a Temporal once, until ctx is done. Of one that does not answer in time it
// says whether the machine is busy.
func askOnce(ctx context.Context, s fsm.Settings, pid int) temporal.Answer {
	began, delay := time.Now(), probes.RunDelay(pid)
	answer := temporal.Endpoint{Address: address(s), Namespaces: s.Namespaces.List()}.Ask(ctx)
	if v := &answer.Verdict; over(ctx) && !v.Ready {
		v.Waits, v.Took = true, fsm.Millis(time.Since(began).Milliseconds())
		v.Delayed = fsm.Millis((probes.RunDelay(pid) - delay).Milliseconds())
		switch {
		case v.Starved():
			answer.Detail += "; it is slow: " + fsm.MachineBusy
		case !v.Live:
			answer.Detail += "; it is slow, or hangs"
		}
	}
	return answer
}

// over reports whether a deadline is reached, or nearly so: a server that was told it ends its
// call by its own clock, and the answer may come a moment before ours has run down.
func over(ctx context.Context) bool {
	deadline, set := ctx.Deadline()
	return ctx.Err() != nil || set && time.Until(deadline) < 100*time.Millisecond
}

// diagnosis is the state as it is now.
func (s *seen) diagnosis() fsm.Diagnosis {
	damage := s.recordFault
	if damage == noRecord {
		damage = ""
	}
	return fsm.Diagnose(s.document.Record, fsm.Look{
		Driven: s.driver.PID != 0, Lost: s.recordFault != "", Damage: damage, Suspended: s.asleep, Owner: s.evidence.Owner, Holder: s.evidence.Holder,
		Asked: s.asked, Verdict: s.answer.Verdict, Detail: s.answer.Detail,
	})
}

// next is what would happen next, by the tables and the resume rule.
func (s *seen) next() []fsm.Move {
	in := fsm.CommandInput{Kind: fsm.InputWon, Record: s.document.Record, Evidence: s.evidence}
	if s.driver.PID != 0 {
		in.Kind, in.Driver, in.Suspended = fsm.InputBusy, s.driver, s.asleep
		in.Outdated = s.skew() == skewOlder && actions.InBackground(s.driver)
		in.Record.State = s.diagnosis().State
	}
	return fsm.Moves(in)
}
