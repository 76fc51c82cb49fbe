package sim

import (
	"cmp"
	"os"
	"slices"
	"testing"
)

// simTwins are the scenarios that TestKey looks at by itself.
var simTwins = []string{
	"commands=ss, temporal=good, crash=1", "commands=sx, temporal=good, before=healthy, crash=1", "commands=xr, temporal=leaves descendants, before=healthy, crash=1",
	"commands=sr, temporal=crashes, before=healthy, crash=1, mishap=1", "commands=sx, temporal=hangs, before=healthy, mishap=1", "commands=rr, temporal=never serves",
	"commands=sx, temporal=good, crash=1, full=1", "commands=sr, temporal=good, before=healthy, ill=1", "commands=sx, temporal=leaves descendants, before=healthy, ill=1",
	"commands=sr, temporal=good, before=healthy, power=1", "commands=sx, temporal=good, before=healthy, freeze=1", "commands=sr, temporal=good, before=healthy, late=1",
	"commands=ss, temporal=crashes, before=older, crash=1", "commands=sr, temporal=crashes, before=older, mishap=1", "commands=sss, temporal=crashes, before=older, freeze=1",
	"commands=ssx, temporal=good, before=healthy, crash=1", "commands=xxr, temporal=ignores SIGTERM, before=healthy, crash=1", "commands=xr, temporal=ignores SIGTERM, before=healthy, freeze=1",
	"commands=s, temporal=crashes, before=healthy, mishap=1, look=1", "commands=sx, temporal=good, before=healthy, look=1",
	"commands=xx, temporal=leaves members without the lock, before=healthy, crash=1", "commands=sr, temporal=leaves members without the lock, before=healthy, mishap=1",
	"commands=x, temporal=leaves members without the lock, before=healthy, crash=1, look=1", "commands=xr, temporal=leaves descendants without a mark, before=healthy, crash=1, mishap=1",
	"commands=xx, temporal=good, before=healthy, ill=1", "commands=r, temporal=leaves members without the lock, before=healthy, mishap=1, clock=1", "commands=r, temporal=leaves descendants, before=healthy, mishap=1, clock=1",
	"commands=s, temporal=crashes, before=healthy, mishap=3, clock=3", "commands=r, temporal=hangs, before=healthy, crash=1, mishap=2, clock=2",
	"commands=u, temporal=good, crash=2", "commands=us, temporal=good, crash=1", "commands=uu, temporal=crashes, mishap=1", "commands=ur, temporal=good, power=1", "commands=ux, temporal=good, before=healthy, crash=1, freeze=1",
}

// TestKey holds the key against the search: whenever two ways lead to one key, the
// two worlds must obey the same rules, lead to the same worlds, and be left behind
// alike by commands that are killed. Where this holds for every pair of a scenario,
// its search loses nothing by merging them. SIM_TWINS is how many states one scenario
// may have, for all scenarios.
func TestKey(t *testing.T) {
	var confs []simConf
	for _, name := range simTwins {
		conf, err := parseConf(name)
		must(t, err)
		confs = append(confs, conf)
	}
	if os.Getenv("SIM_TWINS") != "" {
		confs = simScenarios()
	}
	few := 2_000
	if simRaced { // see limit
		few = 300
	}
	for _, conf := range confs {
		t.Run(conf.String(), func(t *testing.T) {
			t.Parallel()
			s, first, pairs := newSearch(conf, simNumber("SIM_TWINS", few), &simEnds{}), map[simKey]*simWorld{}, 0
			start := simFirst(s.run)
			first[start.key()] = start
			s.twins = func(k simKey, w *simWorld) {
				twin, met := first[k]
				if !met {
					first[k] = w
					return
				}
				pairs++
				if a, b := s.after(twin), s.after(w); !slices.Equal(a, b) {
					t.Fatalf("two worlds with one key differ in what follows:\n%v\n%v\nmoves %v and %v", a, b, twin.moves(nil), w.moves(nil))
				}
			}
			if story := s.explore(); story != nil {
				t.Fatal(story)
			}
			t.Logf("%d pairs, %d states, cut %t", pairs, s.states, s.cut)
			if pairs == 0 && os.Getenv("SIM_TWINS") == "" {
				t.Error("no two ways lead to one world")
			}
		})
	}
}

// simAfter is what a move leads to.
type simAfter struct {
	key simKey
	bad string
}

// after lists what follows a world: each move once, in the order of the keys.
func (s *simSearch) after(w *simWorld) []simAfter {
	held := w.clone()
	held.check()
	list := []simAfter{{w.deserted(s.quiet).key(), held.bad}}
	moves := []simAfter{}
	for _, m := range w.moves(nil) {
		n := w.apply(m)
		moves = append(moves, simAfter{n.key(), n.bad})
	}
	slices.SortFunc(moves, func(a, b simAfter) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		return cmp.Compare(a.bad, b.bad)
	})
	return append(list, slices.Compact(moves)...)
}
