package sim

import (
	"hash/maphash"
	"slices"
)

// simKey separates two worlds that can behave differently. What is left out or
// renamed, and why that is sound (TestKey holds it against the search itself):
//
//   - texts (Reason, Detail, Waiting, the exit): nothing decides by them;
//   - processes are named by their place in the world: they are only compared for
//     equality. All dead ones are one, as no two of them are compared, but whether
//     the supervisor that a command replaced is the record's is kept; only where
//     PIDs are given out again they differ;
//   - Seq, Run: only whether they are the driver's own. What is late was dropped;
//   - generations and incarnations: whether they are below, at or above the
//     record's on disk. They are only compared, and those on disk only grow: what
//     is below stays below. Where a record may be lost under a living driver,
//     their whole order counts, with gaps beyond two shortened;
//   - time: how many restarts are in the window, and what has been for how long that
//     something depends on it. While the clock may still be moved, how long ago each
//     restart was;
//   - commands of one verb and version in any order: they are alike, but for TestContract. Of a command that
//     is over nothing counts;
//   - how long a timer was armed for: which one fires first is up to the search. In
//     an undisturbed run it counts.
//
// With 64 bits, two of ten million worlds are taken for one by mistake once in
// some hundred thousand searches.
type simKey uint64

func (w *simWorld) key() simKey {
	var room [8]int
	cmds := w.sorted(room[:0])
	k := w.keyIn(cmds)
	for i := 1; i < len(cmds) && w.run.hear == nil; i++ { // two that look alike, either way round
		if a, b := w.cmds[cmds[i-1]], w.cmds[cmds[i]]; a.alike(b) {
			cmds[i-1], cmds[i] = cmds[i], cmds[i-1]
			k = min(k, w.keyIn(cmds))
			cmds[i-1], cmds[i] = cmds[i], cmds[i-1]
		}
	}
	return k
}

func (w *simWorld) keyIn(cmds []int) simKey {
	e := &w.run.cache.encoder
	e.w, e.buf = w, e.buf[:0]
	for kind := range e.ranks {
		e.ranks[kind] = simRanks{e.ranks[kind].values[:0], e.ranks[kind].at[:0]}
	}
	e.world(cmds)
	e.rank()
	return simKey(maphash.Bytes(simSeed, e.buf))
}

// simEncoder writes one key after the other: its lists keep their room.
type simEncoder struct {
	w      *simWorld
	buf    []byte
	alive  []uint64
	apart  bool // the dead differ
	order  bool // of generations
	ranks  [2]simRanks
	sorted []uint64
}

// simRanks are the numbers whose order counts, and where they stand in buf.
type simRanks struct {
	values []uint64
	at     []int
}

func (e *simEncoder) n(v int) { e.buf = append(e.buf, byte(v)) }

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

func (e *simEncoder) code(c uint64) {
	e.buf = append(e.buf, byte(c), byte(c>>8), byte(c>>16), byte(c>>24), byte(c>>32), byte(c>>40), byte(c>>48), byte(c>>56))
}

func (e *simEncoder) uid(u uint64) {
	if u == 0 {
		e.n(0)
		return
	}
	i := slices.Index(e.alive, u)
	switch {
	case i >= 0:
		e.n(i + 1)
	case e.apart:
		e.alive = append(e.alive, u)
		e.n(len(e.alive))
	default:
		e.n(255)
	}
}

func (e *simEncoder) process(p simProc) {
	e.uid(p.uid)
	if p.pid != 100+int(p.uid) && p.pid != 0 {
		e.n(254)
		e.uid(uint64(p.pid - 100))
	}
}

// number is a generation (kind 0) or an incarnation (1).
func (e *simEncoder) number(kind int, v uint64) {
	if e.order {
		r := &e.ranks[kind]
		r.values, r.at = append(r.values, v), append(r.at, len(e.buf))
		e.n(0)
		return
	}
	have := e.w.disk.Rec.Generation
	if kind == 1 {
		have = e.w.disk.Rec.Incarnation
	}
	e.is(v == 0, v < have, v > have)
}

// rank writes the ranks where number left room.
func (e *simEncoder) rank() {
	for _, r := range e.ranks {
		e.sorted = append(e.sorted[:0], r.values...)
		slices.Sort(e.sorted)
		last, rank := uint64(0), 0
		for _, v := range slices.Compact(e.sorted) {
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

func (e *simEncoder) record(r *simRec) {
	if r == simNoRec {
		e.n(0)
		return
	}
	e.n(1)
	e.code(r.code)
	e.number(0, r.Generation)
	e.number(1, r.Incarnation)
	e.process(r.sup)
	e.process(r.tmp)
	e.process(r.tie)
	if e.w.left.Clock == 0 {
		e.n(r.Restarts.InWindow(e.w.clock.wall, simPolicy.RestartWindow))
		return
	}
	for i := 0; i <= simPolicy.RestartLimit && r.Restarts.Recent[i] != 0; i++ {
		e.code(uint64(e.w.clock.wall - r.Restarts.Recent[i]))
	}
	e.n(0)
}

func (e *simEncoder) world(cmds []int) {
	w := e.w
	e.living(cmds)
	e.apart = w.left.Ill > 0 || len(w.foreignProcs) > 0
	e.order = w.left.Ill > 0 || w.fell
	e.is(w.disk.There, w.disk.Torn, w.dbHealthy, w.fell)
	e.is(w.setup.there, w.setup.noted)
	e.n(int(w.db))
	l := w.left
	e.n(l.Crash<<4 | l.Mishap)
	e.n(l.Full<<6 | l.Ill<<4 | l.Power<<2 | l.Late)
	e.n(l.Clock<<4 | l.Freeze<<2 | w.clock.set)
	if l.Clock > 0 {
		e.is(w.clock.slept, w.clock.near)
	}
	if l.Look > 0 {
		e.watch()
	}
	e.record(w.disk.Rec)
	if l.Power > 0 {
		e.record(w.disk.Last)
	}
	e.uid(w.lock)
	owners := 0
	for _, p := range w.supervisorLock {
		owners |= 1 << (slices.Index(e.alive, p) + 1)
	}
	e.n(owners)
	e.n(owners >> 8)
	e.n(w.caretakers)
	e.n(len(w.trees))
	for _, t := range w.trees {
		e.is(t.locked, t.leader, t.termed, t.hung, t.serves, t.doomed, t.member, t.escaped)
		e.is(t.lost, t.dying, t.slow)
		e.n(t.ports.Frontend)
	}
	e.n(w.portTaken)
	e.n(len(w.foreignProcs))
	for _, s := range w.foreignProcs {
		e.process(s.proc)
		e.is(s.locks)
	}
	e.n(len(w.drivers))
	for _, d := range w.drivers {
		e.driver(d)
	}
	for _, i := range cmds {
		e.command(w.cmds[i])
	}
}

// watch is the state command that is under way.
func (e *simEncoder) watch() {
	l := e.w.looks
	e.n(int(l.at) << 4)
	if l.at == 0 || l.at == looksDone {
		return
	}
	e.n(int(l.truth))
	e.record(l.saw.r)
	e.is(l.saw.r == e.w.disk.Rec, l.saw.driven, l.saw.suspended, l.saw.lost, l.saw.up)
	e.text(string(l.saw.hold))
}

// living numbers the processes that live.
func (e *simEncoder) living(cmds []int) {
	e.alive = e.alive[:0]
	for _, t := range e.w.trees {
		e.alive = append(e.alive, t.uid)
	}
	for _, d := range e.w.drivers {
		e.alive = append(e.alive, d.uid)
	}
	for _, i := range cmds {
		if c := e.w.cmds[i]; c.opened && !c.over {
			e.alive = append(e.alive, c.uid)
		}
	}
}
