package sim

import (
	"cmp"
	"os"
	"slices"
	"testing"
)

// simTwins are the scenarios that TestKey looks at by itself.
var simTwins = []string{
	"ss,good,false,1,0,0,0,0,0,0,0,0", "sx,good,true,1,0,0,0,0,0,0,0,0", "xr,leaves descendants,true,1,0,0,0,0,0,0,0,0",
	"sr,crashes,true,1,0,1,0,0,0,0,0,0", "sx,hangs,true,0,0,1,0,0,0,0,0,0", "rr,never serves,false,0,0,0,0,0,0,0,0,0",
	"sx,good,false,1,0,0,1,0,0,0,0,0", "sr,good,true,0,0,0,0,1,0,0,0,0", "sx,leaves descendants,true,0,0,0,0,1,0,0,0,0",
	"sr,good,true,0,0,0,0,0,1,0,0,0", "sx,good,true,0,1,0,0,0,0,0,0,0", "sr,good,true,0,0,0,0,0,0,1,0,0",
	"ss,crashes,old,1,0,0,0,0,0,0,0,0", "sr,crashes,old,0,0,1,0,0,0,0,0,0", "sss,crashes,old,0,1,0,0,0,0,0,0,0",
	"ssx,good,true,1,0,0,0,0,0,0,0,0", "xxr,ignores SIGTERM,true,1,0,0,0,0,0,0,0,0", "xr,ignores SIGTERM,true,0,1,0,0,0,0,0,0,0",
	"s,crashes,true,0,0,1,0,0,0,0,0,1", "sx,good,true,0,0,0,0,0,0,0,0,1",
	"xx,leaves members without the lock,true,1,0,0,0,0,0,0,0,0", "sr,leaves members without the lock,true,0,0,1,0,0,0,0,0,0",
	"x,leaves members without the lock,true,1,0,0,0,0,0,0,0,1", "xr,leaves descendants without a mark,true,1,0,1,0,0,0,0,0,0",
	"xx,good,true,0,0,0,0,1,0,0,0,0", "r,leaves members without the lock,true,0,0,1,0,0,0,0,1,0", "r,leaves descendants,true,0,0,1,0,0,0,0,1,0",
	"s,crashes,true,0,0,3,0,0,0,0,3,0", "r,hangs,true,1,0,2,0,0,0,0,2,0",
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
		if err != nil {
			t.Fatal(err)
		}
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
