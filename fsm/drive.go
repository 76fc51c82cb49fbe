package fsm

// World is what a driver acts on: the real one is in package actions, the
// simulated one in the tests.
type World interface {
	// Perform carries out one effect. The answer of a synchronous one (lock,
	// spawn, a failed backup, a failed required save) is returned with true.
	Perform(Effect) (Input, bool)
	// Next waits for the next input.
	Next() Input
	// Stamp fills in an input's clocks and dice.
	Stamp(Input) Input
	// Observe classifies the owner of temporal.lock.
	Observe(Record) Evidence
}

// Drive goes on from a record until the machine is Stopped and nothing is wanted. It returns the
// last record. What the caller asks for counts where the record is to be stopped: a Grace, where 0
// is the policy's, or the event StopNow. The caller holds supervisor.lock.
func Drive(w World, r Record, self Process, asked Input) Record {
	m := NewMachine()
	s, first := Begin(r, self, w.Observe(r), w.Stamp(asked))
	answers, effects := []Input{first}, []Effect(nil)
	for !s.Done || len(answers) > 0 {
		var in Input
		if len(answers) > 0 {
			in, answers = answers[0], answers[1:]
		} else {
			in = w.Next()
		}
		s, effects = s.Step(m, w.Stamp(in))
		answers = append(PerformAll(w, effects), answers...)
	}
	return s.Record
}

// PerformAll performs one step's effects in order and returns their answers. A
// failed required save drops what follows it: nothing may be created that the
// record cannot name. So does a failed backup, which answers SpawnFailed, and a
// save or a lock by a driver that is no longer the one, which answers LockLost.
func PerformAll(w World, effects []Effect) []Input {
	var answers []Input
	for _, effect := range effects {
		in, answered := w.Perform(effect)
		if answered {
			answers = append(answers, in)
		}
		if answered && (in.Event == SaveFailed || in.Event == SpawnFailed || in.Event == LockLost) {
			break
		}
	}
	return answers
}

// CommandWorld is what a command acts on.
type CommandWorld interface {
	// Carry carries out one effect; what it leads to arrives by Look.
	Carry(CommandEffect)
	// Look waits for the next input.
	Look() CommandInput
}

// RunCommand drives a command to its end.
func RunCommand(w CommandWorld, c Command) Outcome {
	m := NewCommandMachine()
	c, effects := c.Open()
	for {
		for _, effect := range effects {
			w.Carry(effect)
			if effect.Do == ActFinish {
				return effect.Outcome
			}
		}
		c, effects = c.Step(m, w.Look())
	}
}
