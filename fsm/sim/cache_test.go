package sim

import (
	"encoding/json"
	"fmt"
	"hash/maphash"

	"github.com/stigmer/local/fsm"
)

// simCache keeps what the product's functions have answered: they are pure, so
// each question is asked once, and what is large (a record, a supervisor, a
// command) is kept once and pointed to. Texts, by which nothing decides, are left
// out of what is kept. It belongs to one search.
type simCache struct {
	m        *fsm.Machine
	commands *fsm.CommandMachine
	tell     bool
	recs     map[fsm.Record]*simRec
	sups     map[fsm.Supervisor]*simSup
	verbs    map[fsm.Command]*simVerb
	begins   map[simBegin]simStepped
	steps    map[simStep]simStepped
	sights   map[simSeen]simMeant
	looks    map[simLook]fsm.State
	encoder  simEncoder
	spare    *simWorld // one that nothing refers to any more: clone takes its room
}

func newSimCache(tell bool) *simCache {
	return &simCache{
		m: fsm.NewMachine(), commands: fsm.NewCommandMachine(), tell: tell,
		recs: map[fsm.Record]*simRec{}, sups: map[fsm.Supervisor]*simSup{}, verbs: map[fsm.Command]*simVerb{},
		begins: map[simBegin]simStepped{}, steps: map[simStep]simStepped{}, sights: map[simSeen]simMeant{}, looks: map[simLook]fsm.State{},
	}
}

// simProc is a Process in short.
type simProc struct {
	uid       uint64 // StartTicks
	pid, boot int
}

func (p simProc) full() fsm.Process {
	if p == (simProc{}) {
		return fsm.Process{}
	}
	return fsm.Process{PID: p.pid, PGID: p.pid, StartTicks: p.uid, Boot: simBoots[p.boot]}
}

var simBoots = []string{"boot 0", "boot 1", "boot 2", "boot 3"}

// same asks the product.
func (p simProc) same(q simProc) bool { return p.pid == q.pid && p.full().Same(q.full()) }

func short(p fsm.Process) (q simProc) {
	if p.Boot != "" {
		q.boot = int(p.Boot[len(p.Boot)-1] - '0')
	}
	q.uid, q.pid = p.StartTicks, p.PID
	return q
}

// simRec is a record, and what the key needs of it: a code of all but numbers
// that are only compared with others. illegible says why the next reader would
// not take it for a record, or for another one.
type simRec struct {
	fsm.Record
	code      uint64
	sup, tmp  simProc
	tie       simProc
	illegible string
}

var simNoRec = &simRec{}

var simSeed = maphash.MakeSeed()

func simCode[T comparable](v T) uint64 { return maphash.Comparable(simSeed, v) }

func (c *simCache) rec(r fsm.Record) *simRec {
	if r == (fsm.Record{}) {
		return simNoRec
	}
	r.Reason, r.Failure = "", fsm.Failure{Event: r.Failure.Event}
	if have, ok := c.recs[r]; ok {
		return have
	}
	rest := r
	rest.Generation, rest.Incarnation, rest.Supervisor, rest.Temporal, rest.TiedTo = min(r.Generation, 1), 0, fsm.Process{}, fsm.Process{}, fsm.Process{}
	rest.Restarts = fsm.Restarts{Total: min(r.Restarts.Total, 1), Unserved: r.Restarts.Unserved}
	rest.Database.Version, rest.Database.Setup.At, rest.Since = "", 0, 0
	kept := &simRec{r, simCode(rest), short(r.Supervisor), short(r.Temporal), short(r.TiedTo), illegible(r)}
	c.recs[r] = kept
	return kept
}

// illegible asks of a record what statefile.Decode does, and whether it comes back as
// it was written.
func illegible(r fsm.Record) string {
	var back fsm.Record
	data, err := json.Marshal(r)
	if err == nil {
		err = json.Unmarshal(data, &back)
	}
	switch {
	case err != nil:
		return err.Error()
	case back != r:
		return fmt.Sprintf("it comes back as %+v", back)
	case !r.State.Known() || r.Desired != fsm.WantRunning && r.Desired != fsm.WantStopped:
		return fmt.Sprintf("it says %q, wanted %q", r.State, r.Desired)
	}
	return r.Settings.Flaw()
}

// simSup is a Supervisor; bad is a rule that it breaks.
type simSup struct {
	fsm.Supervisor
	rec  *simRec
	code uint64
	bad  string
}

var simNobody = &simSup{rec: simNoRec}

func (c *simCache) sup(s fsm.Supervisor) *simSup {
	r := c.rec(s.Record)
	s.Record, s.Waiting = r.Record, ""
	if have, ok := c.sups[s]; ok {
		return have
	}
	kept := &simSup{Supervisor: s, rec: r, bad: c.heedsLate(s)}
	s.Record, s.Self, s.Seq, s.Run, s.ServedAt = fsm.Record{}, fsm.Process{}, 0, 0, min(s.ServedAt, 1)
	s.ProbeFailures = fsm.ProbeFailures{
		Failures: s.ProbeFailures.Failures, UnresponsiveSince: min(s.ProbeFailures.UnresponsiveSince, 1),
		Last: min(s.ProbeFailures.Last, 1), Slow: min(s.ProbeFailures.Slow, 1),
	}
	kept.code = simCode(s)
	c.sups[kept.Supervisor] = kept
	return kept
}

// simEffect is an Effect in short.
type simEffect struct {
	do       fsm.Action
	event    fsm.Event
	seq, run uint64
	required bool
	durable  bool
	from, to fsm.State
	on       fsm.Event // of the transition
	proc     simProc
	after    fsm.Millis
	rec      *simRec
	code     uint64
	told     string
}

func (c *simCache) effects(list []fsm.Effect) []*simEffect {
	kept := make([]*simEffect, 0, len(list))
	for _, e := range list {
		if e.Do == fsm.DoIgnore && !c.tell {
			continue
		}
		t := e.Transition
		k := &simEffect{do: e.Do, event: e.Event, required: e.Required, durable: e.Durable, from: t.From, to: t.To, on: t.Event}
		k.code = simCode(*k)
		k.seq, k.run, k.proc, k.after, k.rec = e.Seq, e.Run, short(e.Process), e.After, c.rec(e.Record)
		if c.tell {
			k.told = e.String()
		}
		kept = append(kept, k)
	}
	return kept
}

// simInput is an Input in short.
type simInput struct {
	event    fsm.Event
	was      fsm.State
	seq, run uint64
	proc     simProc
	ready    bool
	lost     bool
	waits    bool // no answer came in time
	slow     bool // it came late
	fresh    bool
	file     string    // the database's name
	taken    bool      // a foreign process has the frontend's drawn port
	spare    fsm.Ports // what was drawn
	again    bool
	at, tick fsm.Instant // when it is taken
}

func (in simInput) full() fsm.Input {
	return fsm.Input{
		Event: in.event, Was: in.was, Seq: in.seq, Run: in.run, Process: in.proc.full(), Verdict: in.verdict(), BeforeSpawn: fsm.BeforeSpawn{Fresh: in.fresh, File: in.file, Ports: in.ports()}, OfDatabase: fsm.OfDatabase{Setup: fsm.AppliedSetup{File: in.file}},
		RestartPending: in.again, Stamp: fsm.Stamp{At: in.at, Tick: in.tick}, Detail: "simulated",
	}
}

func (in simInput) ports() fsm.PortFacts {
	f := fsm.PortFacts{Spare: in.spare}
	if in.taken {
		f.Taken[0] = "a foreign process has it"
	}
	return f
}

func (in simInput) verdict() fsm.Verdict {
	v := fsm.Verdict{Live: in.ready || in.lost, Ready: in.ready, Lost: in.lost, Waits: in.waits}
	if in.slow {
		v.Late, v.Took = true, simPolicy.Timeout+1
	}
	return v
}

type simStep struct {
	s  *simSup
	in simInput
}

type simBegin struct {
	r        *simRec
	self     simProc
	hold     fsm.LockOwner
	leader   simProc
	untied   bool
	ports    fsm.Ports
	grace    fsm.Millis
	now      bool
	at, tick fsm.Instant
}

type simStepped struct {
	s       *simSup
	first   simInput // of Begin
	effects []*simEffect
}

func (c *simCache) step(s *simSup, in simInput) (*simSup, []*simEffect) {
	have, ok := c.steps[simStep{s, in}]
	if !ok {
		next, effects := s.Step(c.m, in.full())
		have = simStepped{s: c.sup(next), effects: c.effects(effects)}
		c.steps[simStep{s, in}] = have
	}
	return have.s, have.effects
}

// begin is Begin.
func (c *simCache) begin(k simBegin) simStepped {
	have, ok := c.begins[k]
	if !ok {
		asked := fsm.Input{Stamp: fsm.Stamp{At: k.at, Tick: k.tick}, Grace: k.grace}
		if k.now {
			asked.Event = fsm.StopNow
		}
		s, first := fsm.Begin(k.r.Record, k.self.full(), fsm.Evidence{Owner: k.hold, Leader: k.leader.full(), Untied: k.untied, Ports: k.ports, Holder: "a foreign process"}, asked)
		have = simStepped{s: c.sup(s), first: simInput{event: first.Event, was: first.Was, proc: short(first.Process), again: first.RestartPending}}
		c.begins[k] = have
	}
	return have
}

// heedsLate names a late input that changes something. Such inputs arrive at any
// time, and none may do anything: as this is tried in each state that a driver is
// ever in, the search leaves them out.
func (c *simCache) heedsLate(s fsm.Supervisor) string {
	if s.Done {
		return ""
	}
	late := []simInput{}
	for _, e := range fsm.Timers {
		late = append(late, simInput{event: e, seq: s.Seq - 1, run: s.Run})
	}
	late = append(late, simInput{event: fsm.Probed, run: s.Run - 1}, simInput{event: fsm.Probed, run: s.Run - 1, ready: true},
		simInput{event: fsm.Exited, seq: s.Seq, run: s.Run - 1}, simInput{event: fsm.Gone, seq: s.Seq, run: s.Run - 1})
	late = append(late, simInput{event: fsm.SetupApplied, run: s.Run - 1}, simInput{event: fsm.SetupFailed, run: s.Run - 1})
	if !s.CountsAnswers() {
		late = append(late, simInput{event: fsm.Probed, run: s.Run, ready: true, slow: true})
	}
	if _, ok := fsm.Find(s.State, fsm.Exited); !ok {
		late = append(late, simInput{event: fsm.Exited, run: s.Run})
	}
	if s.Gone {
		late = append(late, simInput{event: fsm.GraceElapsed, seq: s.Seq, run: s.Run})
	}
	for _, in := range late {
		after, effects := s.Step(c.m, in.full())
		if after != s || len(effects) != 1 || effects[0].Do != fsm.DoIgnore {
			return fmt.Sprintf("a late %s is heeded in %s", in.event, s.State)
		}
	}
	return ""
}
