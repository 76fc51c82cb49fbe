package fsm

// CountsAnswers reports whether an answer to a probe counts in this state.
func (s Supervisor) CountsAnswers() bool {
	return s.State == Starting || s.State == Healthy || s.State == Degraded //mutation:answers-counted
}

// judge weighs a probe's answer.
func (s Supervisor) judge(m *Machine, in Input) (Supervisor, []Effect) {
	in = s.misplaced(in)
	s.Waiting = in.Detail
	s.Asking = s.Asking && in.Verdict.Late //mutation:asking
	if in.Verdict.Starved() && !in.Verdict.Lost {
		s.Waiting += "; " + MachineBusy
	}
	if s.State == Starting {
		s.Starved = in.Verdict.Starved()
		switch v := in.Verdict; {
		case s.Settings.Policy.slow(v):
			s.ProbeFailures.Slow = v.Took
			in.Event, in.Detail = ProbePassed, Means(ProbePassed)+"; "+slowWords(v.Took)
		case v.passes():
			in.Event = ProbePassed
		case v.Live && v.Lost:
			in.Event = ProbeFailed
		default:
			return s, s.askAgain(in.Verdict)
		}
		return s.apply(m, in)
	}
	var event Event
	s.ProbeFailures, event = s.Settings.Policy.Evaluate(s.ProbeFailures, in.Verdict, in.Tick)
	if event == LivenessDeadline && s.State == Healthy {
		event = ProbeFailed // the table's way down is through Degraded
	}
	if s.State == Degraded && event == ProbeFailed && !s.news(in.Verdict) {
		event = "" // the record says so already
	}
	if _, ok := Find(s.State, event); ok {
		in.Event = event
		return s.apply(m, in)
	}
	return s, s.askAgain(in.Verdict)
}

// askAgain arms the next probe after one that moves nothing.
func (s Supervisor) askAgain(v Verdict) []Effect {
	if v.Late {
		return ignored(Probed, "it is counted; the next probe was armed when the time for this one was over")
	}
	return s.askLater()
}

// news reports whether a verdict on a Degraded Temporal names another fault than the record
// does. A missing answer is no news: it says less than what is known.
func (s Supervisor) news(v Verdict) bool {
	switch {
	case !v.Live:
		return false
	case v.Lost != s.Lost:
		return true
	}
	return !v.Waits && s.Settings.Policy.slow(v) != s.Slowly
}
