package sim

import "github.com/stigmer/local/fsm"

func (e *simEncoder) driver(d *simDriver) {
	s := d.s
	e.is(d.begun, d.frozen, d.hasLock, d.opened, d.awaits, d.killing, d.awaited == s.Run, d.unsaved)
	e.uid(d.uid)
	e.is(d.setting, d.now, d.caretaker, d.told)
	e.process(d.tied)
	e.is(d.old, d.asked, d.waits, d.seesOff, d.proved != 0 && d.proved == s.rec.tmp.uid)
	e.times(d)
	if e.w.run.conf.Kind == simSlow {
		e.n(d.mute)
		e.n(int(min(s.ProbeFailures.Last-s.ProbeFailures.UnresponsiveSince, 3*fsm.Instant(simPolicy.Timeout))))
	}
	e.code(s.code)
	e.record(s.rec)
	e.record(d.brings)
	if d.killing {
		e.process(d.victim.tmp)
	}
	e.n(len(d.effects))
	for _, f := range d.effects {
		e.effect(f, s)
	}
	e.n(len(d.pending))
	for i := range d.pending {
		e.input(&d.pending[i], s)
	}
	e.n(len(d.answers))
	for i := range d.answers {
		e.input(&d.answers[i], s)
	}
	e.n(len(d.inbox))
	for i := range d.inbox {
		in := &d.inbox[i]
		e.input(&in.simInput, s)
		e.is(in.lock, in.run == d.awaited)
	}
	e.n(len(d.timers))
	for _, t := range d.timers {
		e.text(string(t.event))
		if e.w.run.fair {
			e.n(int(t.after / 100))
		}
	}
	e.n(len(d.exits))
	for _, x := range d.exits {
		e.uid(x.uid)
	}
}

// times are what a driver's future depends on of how long ago something was.
func (e *simEncoder) times(d *simDriver) {
	s, now, p := d.s, e.w.clock, simPolicy
	since := func(at fsm.Instant, span fsm.Millis) bool { return at != 0 && now.tick-at >= fsm.Instant(span) }
	e.is(since(s.ServedAt, p.StableAfter), since(s.ServedAt, p.RestartWindow), since(d.served, p.StableAfter),
		since(s.ProbeFailures.Last, 3*(p.Period+p.Timeout)+1))
	if now.set == 0 && e.w.left.Clock == 0 {
		e.n(now.recent(d.restarts))
		return
	}
	e.n(len(d.restarts))
	for _, at := range d.restarts {
		e.code(uint64(now.real - at))
	}
}

func (e *simEncoder) effect(f *simEffect, s *simSup) {
	e.code(f.code)
	e.is(f.seq == s.Seq, f.run == s.Run)
	switch f.do {
	case fsm.DoSave, fsm.DoLock, fsm.DoProbe, fsm.DoTerm, fsm.DoKill:
		e.record(f.rec)
	case fsm.DoWatch:
		e.process(f.proc)
	case fsm.DoArm:
		if e.w.run.fair {
			e.n(int(f.after / 100))
		}
	}
}

func (e *simEncoder) input(in *simInput, s *simSup) {
	e.text(string(in.event))
	e.is(in.own(s), in.ready, in.lost, in.fresh, in.again, in.waits, in.slow, in.taken)
	e.is(in.file != "")
	e.n(in.spare.HTTP<<4 | in.spare.Metrics)
	e.process(in.proc)
}

func (e *simEncoder) command(c *simCmd) {
	e.text(string(c.c.Verb))
	e.is(c.old && !c.over, c.c.Now && !c.over, c.opened, c.over, c.run, c.lived && !c.over)
	if c.over || !c.opened {
		return
	}
	k := c.c
	e.code(k.code)
	e.uid(c.uid)
	e.is(c.changed, c.mine, c.waiting, c.watching, c.drive != nil, k.asked.uid != 0)
	e.process(c.keeps)
	e.process(k.replaced)
	e.is(k.replaced.uid != 0, k.replaced.same(e.w.disk.Rec.sup))
	e.n(c.half<<4 | c.waiters)
	e.process(c.target)
	switch {
	case k.Starts() && k.Since != fsm.NoGeneration:
		e.number(0, k.Since)
	case !k.Starts() && k.asked.uid != 0:
		e.number(1, k.Ending)
		e.process(k.asked)
	}
	if k.Yielded != 0 && (e.order || k.Yielded >= e.w.disk.Rec.Generation) { // to a record that may still be seen
		e.number(0, k.Yielded)
	}
	e.n(len(c.deeds))
	for _, d := range c.deeds {
		e.text(string(d.ask))
		e.text(string(d.saw))
		e.text(string(d.end))
		e.is(d.detail != "", d.now, d.again)
		e.process(d.driver)
		if d.ask == fsm.ActHandOver || d.ask == fsm.ActDrive {
			e.record(d.rec)
		}
		if e.w.run.fair {
			e.n(int(d.after / 100))
		}
	}
	e.n(len(c.sights))
	for i := range c.sights {
		s := &c.sights[i]
		e.text(string(s.saw))
		e.is(s.lock, s.look)
		if s.saw == fsm.InputDrove {
			e.record(s.rec)
			e.is(s.untied)
		}
	}
	e.n(len(c.timers))
	for _, t := range c.timers {
		e.text(string(t.saw))
		e.is(c.drivesLonger(t))
		if e.w.run.fair {
			e.n(int(t.after / 100))
		}
	}
	if c.drive != nil {
		e.driver(c.drive)
	}
}
