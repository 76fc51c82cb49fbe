package sim

import "github.com/stigmer/local/fsm"

// sorted lists the commands in an order in which two worlds are the same that only
// differ in which of two commands of one verb is which.
func (w *simWorld) sorted(at []int) []int {
	for i := range w.cmds {
		at = append(at, i)
	}
	if w.run.hear != nil {
		return at // TestContract knows each by its name
	}
	for i := 1; i < len(at); i++ {
		for k := i; k > 0 && w.cmds[at[k]].kin(w.cmds[at[k-1]]) && w.cmds[at[k]].looks() < w.cmds[at[k-1]].looks(); k-- {
			at[k], at[k-1] = at[k-1], at[k]
		}
	}
	return at
}

// name is the command's verb as scenarios and traces have it.
func (c *simCmd) name() string {
	if c.run {
		return string(verbRun)
	}
	if c.c.Now {
		return string(c.c.Verb) + "-now"
	}
	return string(c.c.Verb)
}

func (c *simCmd) alike(o *simCmd) bool {
	return c.kin(o) && c.opened && !c.over && c.looks() == o.looks()
}

// looks is a number that alike commands share.
func (c *simCmd) looks() uint64 {
	n := uint64(len(c.deeds)) | uint64(len(c.sights))<<4 | uint64(c.half)<<8 | uint64(c.waiters)<<10 | uint64(len(c.timers))<<14
	for i, b := range []bool{c.opened, c.over, c.mine, c.changed, c.waiting, c.watching, c.drive != nil, c.old && !c.over, c.c.Now && !c.over, c.lived && !c.over} {
		if b {
			n |= 1 << (20 + i)
		}
	}
	if c.over || !c.opened {
		return n
	}
	n ^= c.c.code
	if len(c.deeds) > 0 {
		n += uint64(c.deeds[0].ask[0])<<32 + uint64(len(c.deeds[0].ask))<<40
	}
	if len(c.sights) > 0 {
		n += uint64(first(c.sights[0].saw))<<48 + uint64(len(c.sights[0].saw))<<56
	}
	return n
}

func first(s fsm.CommandInputKind) byte {
	if s == "" {
		return 0
	}
	return s[0]
}
