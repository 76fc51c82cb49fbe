package fsm

import (
	"hash/maphash"
	"slices"
)

// simKey tells two worlds apart that can behave differently. What is left out or
// renamed, and why that is sound:
//
//   - texts (Reason, Detail, Waiting, the exit): nothing decides by them;
//   - processes are numbered in the order of their first mention: they are only
//     compared for equality;
//   - Seq, Run: only whether they are the driver's own; they grow, so what is late
//     stays late;
//   - generations and incarnations: their order, gaps beyond two shortened. They are
//     only compared and grow by one, so a longer gap only matters to a driver
//     that would catch up with a record that is lost;
//   - restarts: how many are in the window; the clock stands still.
type simKey [2]uint64

var simSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

func (w *simWorld) key() simKey {
	e := simEncoder{buf: make([]byte, 0, 512)}
	e.world(w)
	e.rank()
	return simKey{maphash.Bytes(simSeeds[0], e.buf), maphash.Bytes(simSeeds[1], e.buf)}
}

type simEncoder struct {
	buf   []byte
	uids  []uint64
	ranks [2]simRanks
}

// simRanks are the numbers whose order counts, and where they stand in buf.
type simRanks struct {
	values []uint64
	at     []int
}

func (e *simEncoder) n(values ...int) {
	for _, v := range values {
		e.buf = append(e.buf, byte(v))
	}
}

func (e *simEncoder) is(values ...bool) {
	b := byte(0)
	for _, v := range values {
		b <<= 1
		if v {
			b |= 1
		}
	}
	e.buf = append(e.buf, b)
}

func (e *simEncoder) text(s string) {
	e.n(len(s))
	e.buf = append(e.buf, s...)
}

func (e *simEncoder) uid(u uint64) {
	if u == 0 {
		e.n(0)
		return
	}
	i := slices.Index(e.uids, u)
	if i < 0 {
		i = len(e.uids)
		e.uids = append(e.uids, u)
	}
	e.n(i + 1)
}

func (e *simEncoder) process(p Process) {
	e.uid(p.StartTicks)
	if p.PID != 100+int(p.StartTicks) && p.PID != 0 {
		e.n(255)
		e.uid(uint64(p.PID - 100))
	}
	if p.Boot != "" {
		e.n(int(p.Boot[len(p.Boot)-1]))
	}
}

func (e *simEncoder) order(kind int, v uint64) {
	r := &e.ranks[kind]
	r.values, r.at = append(r.values, v), append(r.at, len(e.buf))
	e.n(0)
}

// rank writes the ranks where order left room.
func (e *simEncoder) rank() {
	for _, r := range e.ranks {
		sorted := slices.Clone(r.values)
		slices.Sort(sorted)
		last, rank := uint64(0), 0
		for _, v := range slices.Compact(sorted) {
			rank += int(min(v-last, 2))
			last = v
			for i, have := range r.values {
				if have == v {
					e.buf[r.at[i]] = byte(rank)
				}
			}
		}
	}
}

func (e *simEncoder) record(r Record) {
	e.text(string(r.State))
	e.is(r.Desired == WantRunning, r.Desired == WantStopped, r.Settings.DB != "", r.Settings.TemporalBin != "",
		r.Failure.Event != "", r.Database.Path != "", r.Database.Created, r.Database.Served, r.Served, r.Adopted)
	e.is(r.Adopted, r.Served)
	e.order(0, r.Generation)
	e.order(1, r.Incarnation)
	e.process(r.Supervisor)
	e.process(r.Temporal)
	e.n(r.Restarts.InWindow(simNow, simPolicy.RestartWindow), r.Restarts.Unserved)
}

func (e *simEncoder) world(w *simWorld) {
	e.is(w.disk.There, w.disk.Torn, w.dbHealthy, w.fell)
	e.n(int(w.db), w.boot, w.left.Crash, w.left.Freeze, w.left.Mishap, w.left.Full, w.left.Ill, w.left.Power, w.left.Late)
	e.record(w.disk.Rec)
	if w.left.Power > 0 {
		e.record(w.disk.Last)
	}
	e.uid(w.lock)
	e.n(len(w.seat))
	for _, p := range w.seat {
		e.uid(p)
	}
	e.n(len(w.trees))
	for _, t := range w.trees {
		e.uid(t.uid)
		e.is(t.locked, t.leader, t.termed, t.hung, t.serves, t.doomed, t.member, t.escaped)
	}
	e.n(len(w.strangers))
	for _, s := range w.strangers {
		e.process(s.proc)
		e.is(s.locks)
	}
	e.n(len(w.drivers))
	for _, d := range w.drivers {
		e.driver(d)
	}
	for _, c := range w.cmds {
		e.command(c)
	}
}

func (e *simEncoder) driver(d *simDriver) {
	s := d.s
	e.uid(d.uid)
	e.is(d.begun, d.frozen, d.hasLock, d.opened, d.awaits, d.killing, d.awaited == s.Run, s.ServedAt != 0)
	e.is(s.Gone, s.Stable, s.Done, s.Streak.Deaf != 0, s.Streak.Last != 0, s.Grace != 0)
	e.n(s.Streak.Failures)
	e.record(s.Record)
	e.process(s.Self)
	e.uid(d.proved)
	e.is(d.unsaved)
	if d.killing {
		e.process(d.victim.Temporal)
	}
	e.n(len(d.effects))
	for _, f := range d.effects {
		e.text(string(f.Do))
		e.text(string(f.Event))
		e.is(f.Seq == s.Seq, f.Run == s.Run, f.Required, f.Transition.From == "")
		e.process(f.Process)
		e.record(f.Record)
	}
	e.n(len(d.pending))
	for _, in := range d.pending {
		e.input(in, s)
	}
	e.n(len(d.answers))
	for _, in := range d.answers {
		e.input(in, s)
	}
	e.n(len(d.inbox))
	for _, in := range d.inbox {
		e.input(in.Input, s)
		e.is(in.lock, in.Run == d.awaited)
	}
	e.n(len(d.timers))
	for _, t := range d.timers {
		e.text(string(t.event))
		e.is(t.seq == s.Seq, t.run == s.Run)
	}
	e.n(len(d.asked))
	for _, seq := range d.asked {
		e.is(seq == s.Seq)
	}
	e.n(len(d.exits))
	for _, x := range d.exits {
		e.uid(x.uid)
		e.is(x.run == s.Run)
	}
}

func (e *simEncoder) input(in Input, s Supervisor) {
	e.text(string(in.Event))
	e.is(in.Seq == s.Seq, in.Run == s.Run, in.Verdict.Ready, in.Fresh)
	e.process(in.Process)
}

func (e *simEncoder) command(c *simCmd) {
	e.text(string(c.c.Verb))
	e.is(c.opened, c.over)
	if c.over || !c.opened {
		return
	}
	k := c.c
	e.uid(c.uid)
	e.n(k.Looks)
	e.is(k.Proven, k.Slept)
	e.is(k.Upward, k.Follows, k.Acked, k.Patient, k.Unseated, k.Drives, k.Stopped, k.Done, c.drive != nil)
	e.is(c.changed, c.mine, c.waiting, c.watching)
	e.n(k.Handovers, c.half, c.waiters)
	if k.Follows {
		e.order(0, k.Since)
	}
	e.order(1, k.Ending)
	e.process(k.Asked)
	e.n(len(c.deeds))
	for _, d := range c.deeds {
		e.text(string(d.Ask))
		e.process(d.Driver)
		e.text(string(d.Outcome.End))
		if d.Ask == AskHandOver || d.Ask == AskDrive || d.Ask == AskProve {
			e.record(d.Record)
		}
	}
	e.n(len(c.sights))
	for _, s := range c.sights {
		e.text(string(s.Saw))
		e.is(s.lock, s.look)
		if s.Saw == SawDrove || s.Saw == SawProven || s.Saw == SawUnproven {
			e.record(s.Record)
		}
	}
	e.n(len(c.timers))
	for _, t := range c.timers {
		e.text(string(t.saw))
		e.n(int(t.after / 100))
	}
	if c.drive != nil {
		e.driver(c.drive)
	}
}
