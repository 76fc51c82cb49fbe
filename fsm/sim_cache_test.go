package fsm

import (
	"encoding/json"
	"fmt"
	"hash/maphash"
)

// simCache keeps what the product's functions have answered: they are pure, so
// each question is asked once, and what is large (a record, a supervisor, a
// command) is kept once and pointed to. Texts, by which nothing decides, are left
// out of what is kept. It belongs to one search.
type simCache struct {
	m        *Machine
	commands *CommandMachine
	tell     bool
	recs     map[Record]*simRec
	sups     map[Supervisor]*simSup
	verbs    map[Command]*simVerb
	begins   map[simBegin]simStepped
	steps    map[simStep]simStepped
	sights   map[simSeen]simMeant
	looks    map[simLook]State
}

func newSimCache(tell bool) *simCache {
	return &simCache{
		m: NewMachine(), commands: NewCommandMachine(), tell: tell,
		recs: map[Record]*simRec{}, sups: map[Supervisor]*simSup{}, verbs: map[Command]*simVerb{},
		begins: map[simBegin]simStepped{}, steps: map[simStep]simStepped{}, sights: map[simSeen]simMeant{}, looks: map[simLook]State{},
	}
}

// simProc is a Process in short.
type simProc struct {
	uid       uint64 // StartTicks
	pid, boot int
}

func (p simProc) full() Process {
	if p == (simProc{}) {
		return Process{}
	}
	return Process{PID: p.pid, PGID: p.pid, StartTicks: p.uid, Boot: simBoots[p.boot]}
}

var simBoots = []string{"boot 0", "boot 1", "boot 2", "boot 3"}

// same asks the product.
func (p simProc) same(q simProc) bool { return p.pid == q.pid && p.full().Same(q.full()) }

func short(p Process) (q simProc) {
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
	Record
	code      uint64
	sup, tmp  simProc
	illegible string
}

var simNoRec = &simRec{}

var simSeed = maphash.MakeSeed()

func simCode[T comparable](v T) uint64 { return maphash.Comparable(simSeed, v) }

func (c *simCache) rec(r Record) *simRec {
	if r == (Record{}) {
		return simNoRec
	}
	r.Reason, r.Failure = "", Failure{Event: r.Failure.Event}
	if have, ok := c.recs[r]; ok {
		return have
	}
	rest := r
	rest.Generation, rest.Incarnation, rest.Supervisor, rest.Temporal = min(r.Generation, 1), 0, Process{}, Process{}
	rest.Restarts = Restarts{Total: min(r.Restarts.Total, 1), Unserved: r.Restarts.Unserved}
	rest.Database.Version, rest.Since = "", 0
	kept := &simRec{r, simCode(rest), short(r.Supervisor), short(r.Temporal), illegible(r)}
	c.recs[r] = kept
	return kept
}

// illegible asks of a record what statefile.Decode does, and whether it comes back as
// it was written.
func illegible(r Record) string {
	var back Record
	data, err := json.Marshal(r)
	if err == nil {
		err = json.Unmarshal(data, &back)
	}
	switch {
	case err != nil:
		return err.Error()
	case back != r:
		return fmt.Sprintf("it comes back as %+v", back)
	case !r.State.Known() || r.Desired != WantRunning && r.Desired != WantStopped:
		return fmt.Sprintf("it says %q, wanted %q", r.State, r.Desired)
	}
	return r.Settings.Flaw()
}

// simSup is a Supervisor; bad is a rule that it breaks.
type simSup struct {
	Supervisor
	rec  *simRec
	code uint64
	bad  string
}

var simNobody = &simSup{rec: simNoRec}

func (c *simCache) sup(s Supervisor) *simSup {
	r := c.rec(s.Record)
	s.Record, s.Waiting = r.Record, ""
	if have, ok := c.sups[s]; ok {
		return have
	}
	kept := &simSup{Supervisor: s, rec: r, bad: c.heedsLate(s)}
	s.Record, s.Self, s.Seq, s.Run, s.ServedAt = Record{}, Process{}, 0, 0, min(s.ServedAt, 1)
	s.ProbeFailures = ProbeFailures{s.ProbeFailures.Failures, min(s.ProbeFailures.UnresponsiveSince, 1), min(s.ProbeFailures.Last, 1), min(s.ProbeFailures.Slow, 1)}
	kept.code = simCode(s)
	c.sups[kept.Supervisor] = kept
	return kept
}

// simEffect is an Effect in short.
type simEffect struct {
	do       Action
	event    Event
	seq, run uint64
	required bool
	durable  bool
	from, to State
	on       Event // of the transition
	proc     simProc
	after    Millis
	rec      *simRec
	code     uint64
	told     string
}

func (c *simCache) effects(list []Effect) []*simEffect {
	kept := make([]*simEffect, 0, len(list))
	for _, e := range list {
		if e.Do == DoIgnore && !c.tell {
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
	event    Event
	seq, run uint64
	proc     simProc
	ready    bool
	lost     bool
	waits    bool // no answer came in time
	slow     bool // it came late
	fresh    bool
	again    bool
	at, tick Instant // when it is taken
}

func (in simInput) full() Input {
	return Input{
		Event: in.event, Seq: in.seq, Run: in.run, Process: in.proc.full(), Verdict: in.verdict(), Fresh: in.fresh,
		RestartPending: in.again, At: in.at, Tick: in.tick, Detail: "simulated",
	}
}

func (in simInput) verdict() Verdict {
	v := Verdict{Live: in.ready || in.lost, Ready: in.ready, Lost: in.lost, Waits: in.waits}
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
	hold     LockOwner
	leader   simProc
	grace    Millis
	at, tick Instant
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
		s, first, effects := Begin(k.r.Record, k.self.full(), Evidence{Owner: k.hold, Leader: k.leader.full(), Holder: "a stranger"}, Input{At: k.at, Tick: k.tick, Grace: k.grace})
		have = simStepped{c.sup(s), simInput{event: first.Event, proc: short(first.Process)}, c.effects(effects)}
		c.begins[k] = have
	}
	return have
}

// heedsLate names a late input that changes something. Such inputs arrive at any
// time, and none may do anything: as this is tried in each state that a driver is
// ever in, the search leaves them out.
func (c *simCache) heedsLate(s Supervisor) string {
	if s.Done {
		return ""
	}
	late := []simInput{}
	for _, e := range []Event{ProbeDue, StartDeadline, GraceElapsed, BackoffElapsed} {
		late = append(late, simInput{event: e, seq: s.Seq - 1, run: s.Run})
	}
	late = append(late, simInput{event: Probed, run: s.Run - 1}, simInput{event: Probed, run: s.Run - 1, ready: true},
		simInput{event: Exited, seq: s.Seq, run: s.Run - 1}, simInput{event: Gone, seq: s.Seq, run: s.Run - 1})
	if !s.countsAnswers() {
		late = append(late, simInput{event: Probed, run: s.Run, ready: true, slow: true})
	}
	if _, ok := Find(s.State, Exited); !ok {
		late = append(late, simInput{event: Exited, run: s.Run})
	}
	if s.Gone {
		late = append(late, simInput{event: GraceElapsed, seq: s.Seq, run: s.Run})
	}
	for _, in := range late {
		after, effects := s.Step(c.m, in.full())
		if after != s || len(effects) != 1 || effects[0].Do != DoIgnore {
			return fmt.Sprintf("a late %s is heeded in %s", in.event, s.State)
		}
	}
	return ""
}
