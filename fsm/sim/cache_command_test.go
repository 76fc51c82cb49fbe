package sim

import "github.com/stigmer/local/fsm"

// simVerb is a Command.
type simVerb struct {
	fsm.Command
	code            uint64
	asked, replaced simProc
}

func (c *simCache) verb(v fsm.Command) *simVerb {
	if have, ok := c.verbs[v]; ok {
		return have
	}
	rest := fsm.Command{Verb: v.Verb, Now: v.Now, Phase: v.Phase}
	if v.Starts() { // what the way down has noted is not asked any more
		rest.Handovers = v.Handovers
	} else {
		rest.RestartAcked, rest.Looks = v.RestartAcked && v.Verb == fsm.VerbRestart, v.Looks
	}
	kept := &simVerb{v, simCode(rest), short(v.Asked), short(v.Replaced)}
	c.verbs[v] = kept
	return kept
}

// simDeed is a CommandEffect in short; detail says why an Outcome is as it is.
type simDeed struct {
	ask    fsm.CommandAction
	rec    *simRec
	driver simProc
	grace  fsm.Millis
	now    bool
	again  bool
	saw    fsm.CommandInputKind
	after  fsm.Millis
	end    fsm.CommandResult
	detail string
}

// simSight is a CommandInput in short.
type simSight struct {
	saw        fsm.CommandInputKind
	rec        *simRec
	hold       fsm.LockOwner
	leader     simProc
	untied     bool
	driver     simProc
	suspended  bool
	outdated   bool
	foreign    bool // has supervisor.lock
	lock, look bool
}

func (s simSight) full() fsm.CommandInput {
	holder := ""
	if s.foreign {
		holder = "a foreign process"
	}
	return fsm.CommandInput{
		Kind: s.saw, Record: s.rec.Record, Evidence: fsm.Evidence{Owner: s.hold, Leader: s.leader.full(), Untied: s.untied, Holder: "a foreign process"},
		Driver: s.driver.full(), Suspended: s.suspended, Outdated: s.outdated, Holder: holder, Detail: "simulated",
	}
}

type simSeen struct {
	v *simVerb
	s simSight
}

type simMeant struct {
	v     *simVerb
	deeds []*simDeed
}

func (c *simCache) deeds(v fsm.Command, list []fsm.CommandEffect) simMeant {
	kept := make([]*simDeed, len(list))
	for i, d := range list {
		kept[i] = &simDeed{d.Do, c.rec(d.Record), short(d.Driver), d.Grace, d.Now, d.RestartPending, d.Input, d.After, d.Outcome.Result, d.Outcome.Detail}
	}
	return simMeant{c.verb(v), kept}
}

func (c *simCache) sight(v *simVerb, s simSight) (*simVerb, []*simDeed) {
	have, ok := c.sights[simSeen{v, s}]
	if !ok {
		have = c.deeds(v.Step(c.commands, s.full()))
		c.sights[simSeen{v, s}] = have
	}
	return have.v, have.deeds
}

// simLook is what state sees.
type simLook struct {
	r                           *simRec
	driven, suspended, lost, up bool
	hold                        fsm.LockOwner
}

func (c *simCache) diagnose(l simLook) fsm.State {
	have, ok := c.looks[l]
	if !ok {
		look := fsm.Look{Driven: l.driven, Suspended: l.suspended, Lost: l.lost, Owner: l.hold, Holder: "a foreign process"}
		if l.hold == fsm.OwnerOurs {
			look.Asked, look.Verdict, look.Detail = true, fsm.Verdict{Live: l.up, Ready: l.up}, "it does not answer"
		}
		have = fsm.Diagnose(l.r.Record, look).State
		c.looks[l] = have
	}
	return have
}
