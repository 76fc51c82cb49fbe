package fsm

// simVerb is a Command.
type simVerb struct {
	Command
	code            uint64
	asked, replaced simProc
}

func (c *simCache) verb(v Command) *simVerb {
	if have, ok := c.verbs[v]; ok {
		return have
	}
	rest := Command{Verb: v.Verb, Phase: v.Phase}
	if v.starts() { // what the way down has noted is not asked any more
		rest.Handovers = v.Handovers
	} else {
		rest.RestartAcked, rest.Looks = v.RestartAcked && v.Verb == VerbRestart, v.Looks
	}
	kept := &simVerb{v, simCode(rest), short(v.Asked), short(v.Replaced)}
	c.verbs[v] = kept
	return kept
}

// simDeed is a CommandEffect in short; detail says why an Outcome is as it is.
type simDeed struct {
	ask    CommandAction
	rec    *simRec
	driver simProc
	grace  Millis
	again  bool
	saw    CommandInputKind
	after  Millis
	end    CommandResult
	detail string
}

// simSight is a CommandInput in short.
type simSight struct {
	saw        CommandInputKind
	rec        *simRec
	hold       LockOwner
	leader     simProc
	driver     simProc
	asleep     bool
	outdated   bool
	stranger   bool // has supervisor.lock
	lock, look bool
}

func (s simSight) full() CommandInput {
	holder := ""
	if s.stranger {
		holder = "a stranger"
	}
	return CommandInput{
		Kind: s.saw, Record: s.rec.Record, Evidence: Evidence{Owner: s.hold, Leader: s.leader.full(), Holder: "a stranger"},
		Driver: s.driver.full(), Suspended: s.asleep, Outdated: s.outdated, Holder: holder, Detail: "simulated",
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

func (c *simCache) deeds(v Command, list []CommandEffect) simMeant {
	kept := make([]*simDeed, len(list))
	for i, d := range list {
		kept[i] = &simDeed{d.Do, c.rec(d.Record), short(d.Driver), d.Grace, d.RestartPending, d.Input, d.After, d.Outcome.Result, d.Outcome.Detail}
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
	r                        *simRec
	driven, asleep, lost, up bool
	hold                     LockOwner
}

func (c *simCache) diagnose(l simLook) State {
	have, ok := c.looks[l]
	if !ok {
		look := Look{Driven: l.driven, Suspended: l.asleep, Lost: l.lost, Owner: l.hold, Holder: "a stranger"}
		if l.hold == OwnerOurs {
			look.Asked, look.Verdict, look.Detail = true, Verdict{Live: l.up, Ready: l.up}, "it does not answer"
		}
		have = Diagnose(l.r.Record, look).State
		c.looks[l] = have
	}
	return have
}
