package sim

import (
	"fmt"
	"slices"

	"github.com/stigmer/local/fsm"
)

// simWatch is the state command: it looks in the order of cmd/look.go, and what it
// sees at one moment may be over at the next. Where it is not the same in the end, it
// begins anew: as often as needed, while the real one gives up at some time.
type simWatch struct {
	at    uint8 // how many looks are done
	saw   simLook
	truth uint8 // the states that were so since it began, a bit each
}

// The looks of a state command.
const (
	lookRecord = iota
	lookLock
	lookDriver
	lookHealth
	againLock
	againRecord
	looksDone
)

// bit is a state as one of a set.
func bit(s fsm.State) uint8 { return 1 << slices.Index(fsm.States, s) }

// watch makes one look of the state command, and after the last its answer.
func (n *simWorld) watch() {
	l := &n.looks
	r, lost := n.readable()
	switch l.at {
	case lookRecord:
		l.saw.r, l.saw.lost = r, lost
		n.say("state reads a record of %s", r.State)
	case lookLock:
		l.saw.hold, _ = n.observe(l.saw.r)
		n.say("state finds temporal.lock %s", l.saw.hold)
	case lookDriver:
		l.saw.driven, l.saw.suspended = n.drivenBy(l.saw.r)
		n.say("state finds a driver: %t", l.saw.driven)
	case lookHealth:
		l.saw.up = l.saw.hold == fsm.OwnerOurs && n.proof() == fsm.InputProbeOK
		n.say("state finds that a client can work: %t", l.saw.up)
	default:
		if !n.steady() {
			n.say("state sees that it has changed, and begins anew")
			n.looks = simWatch{}
			return
		}
		n.say("state sees that it has not changed")
	}
	l.at++
	n.witness()
	if l.at < looksDone {
		return
	}
	if state := n.run.cache.diagnose(l.saw); l.truth&bit(state) == 0 {
		n.breaks("state says %s, and that was so at no moment: only %s", state, listed(l.truth))
	}
	n.looks = simWatch{at: looksDone}
}

// steady reports whether it is still so what was seen before health was asked.
func (n *simWorld) steady() bool {
	l := n.looks
	if l.at == againLock {
		hold, _ := n.observe(l.saw.r)
		return hold == l.saw.hold
	}
	r, lost := n.readable()
	return r == l.saw.r && lost == l.saw.lost
}

// witness notes the true state, for the state command that is under way.
func (n *simWorld) witness() {
	if n.looks.at > 0 && n.looks.at < looksDone {
		n.looks.truth |= bit(n.diagnosis())
	}
}

func listed(truth uint8) string {
	list := []fsm.State{}
	for _, s := range fsm.States {
		if truth&bit(s) != 0 {
			list = append(list, s)
		}
	}
	return fmt.Sprint(list)
}

// readable is the record that can be read now.
func (w *simWorld) readable() (r *simRec, lost bool) {
	if w.disk.Torn || !w.disk.There {
		return simNoRec, true
	}
	return w.disk.Rec, false
}

func (w *simWorld) drivenBy(r *simRec) (driven, suspended bool) {
	driver, _ := w.driverOf(r)
	return driver.pid != 0, w.drives(driver, func(d *simDriver) bool { return d.frozen })
}

// glance is all looks at one moment.
func (w *simWorld) glance() simLook {
	l := simLook{}
	l.r, l.lost = w.readable()
	l.hold, _ = w.observe(l.r)
	l.driven, l.suspended = w.drivenBy(l.r)
	l.up = l.hold == fsm.OwnerOurs && w.proof() == fsm.InputProbeOK
	return l
}

// diagnosis is what state would say if it saw everything at once.
func (w *simWorld) diagnosis() fsm.State { return w.run.cache.diagnose(w.glance()) }
