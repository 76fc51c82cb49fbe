package fsm

// act turns one action of a row into effects.
func (s Supervisor) act(action Action, in Input) (Supervisor, []Effect) {
	switch action {
	case DoLock:
		return s, []Effect{s.effect(DoLock)}
	case DoSpawn:
		return s.spawn(in)
	case DoAdopt:
		s.DrivenRun = DrivenRun{Run: s.Run + 1}
		return s, []Effect{s.effect(DoAdopt)}
	case DoWatch:
		s, ask := s.ask()
		return s, append([]Effect{s.effect(DoWatch), s.arm(StartDeadline, s.startDeadline())}, ask...)
	case DoScheduleProbe:
		return s, s.askLater()
	case DoTerm:
		if s.Gone {
			return s, nil
		}
		return s, []Effect{s.effect(DoTerm), s.arm(GraceElapsed, s.grace())}
	case DoKill:
		if s.Gone {
			return s, nil
		}
		return s, []Effect{s.effect(DoKill)}
	case DoBackOff:
		if pause := s.backoff(in); pause > 0 {
			return s, []Effect{s.arm(BackoffElapsed, pause)}
		}
		return s, nil // see applyNext
	case DoSetup:
		return s.setUp()
	case DoRelease:
		return s, []Effect{s.effect(DoRelease)}
	}
	panic("fsm: the table has an action without a performer: " + string(action))
}

func (s Supervisor) backoff(in Input) Millis {
	return s.Settings.Policy.Backoff(s.Restarts, in.At, s.Stable, in.Dice)
}

// startDeadline is short for an adopted Temporal that has served before: if it
// does not answer now, it hangs.
func (s Supervisor) startDeadline() Millis {
	p := s.Settings.Policy
	if s.Adopted && s.Served {
		return min(p.Timeout+p.LivenessDeadline+p.Period, max(p.StartDeadline, p.LivenessDeadline))
	}
	return p.StartDeadline
}

// moreTime returns by how much the start deadline of a Temporal that waits for a processor is
// extended, once: to what a new Temporal would have. It is 0 for any other.
func (s Supervisor) moreTime() Millis {
	if !s.Starved || s.Extended || s.State != Starting {
		return 0
	}
	return s.Settings.Policy.StartDeadline - s.startDeadline()
}

// timeGiven returns by how much the start deadline was extended.
func (s Supervisor) timeGiven() Millis {
	if !s.Extended {
		return 0
	}
	return s.Settings.Policy.StartDeadline - s.startDeadline()
}

// spawn first sets a half-made database aside: a file that our own spawn created and that never
// served holds no data, and Temporal never starts on it again if it was killed within its first
// 70 ms.
func (s Supervisor) spawn(in Input) (Supervisor, []Effect) {
	s.DrivenRun = DrivenRun{Run: s.Run + 1}
	var effects []Effect
	if s.Database.Created && !s.Database.Served && !in.Fresh { //mutation:half-made
		effects = append(effects, s.effect(DoQuarantine))
	}
	if s.foreignMade(in) {
		effects = append(effects, s.effect(DoBackup))
	}
	return s, append(effects, s.effect(DoSpawn))
}

// foreignMade reports whether another version of the Temporal CLI has served on
// the database than the one that is about to: a newer one may change its schema
// for good, and an older one may not understand it.
func (s Supervisor) foreignMade(in Input) bool {
	made := s.Database.Version
	return s.Database.Served && !in.Fresh && made != "" && in.Version != "" && made != in.Version
}
