package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stigmer/local/fsm"
)

// The verbs with --now, as scenarios and traces have them.
const (
	simStopNow    fsm.Verb = "stop-now"
	simRestartNow fsm.Verb = "restart-now"
)

var simVerbs = map[rune]fsm.Verb{'s': fsm.VerbStart, 'x': fsm.VerbStop, 'r': fsm.VerbRestart, 'X': simStopNow, 'R': simRestartNow, 'u': verbRun}

// verbs is a list of commands by their initials: s(tart), x (stop), r(estart); X and R with --now; u (run).
func verbs(initials string) []fsm.Verb {
	list := []fsm.Verb{}
	for _, r := range initials {
		list = append(list, simVerbs[r])
	}
	return list
}

// String names a scenario by its fields that differ from the zero: parseConf reads it again.
func (c simConf) String() string {
	initials := ""
	for _, v := range c.Verbs {
		for initial, verb := range simVerbs {
			if verb == v {
				initials += string(initial)
			}
		}
	}
	fields := []string{"commands=" + initials, "temporal=" + string(c.Kind)}
	switch {
	case c.Old:
		fields = append(fields, "before=older")
	case c.Running:
		fields = append(fields, "before=healthy")
	}
	for _, b := range budgets {
		if n := *b.of(&c.Budget); n > 0 {
			fields = append(fields, fmt.Sprintf("%s=%d", b.name, n))
		}
	}
	return strings.Join(fields, ", ")
}

// budget is a field of a simBudget with its name.
type budget struct {
	name string
	of   func(*simBudget) *int
}

var budgets = []budget{
	{"crash", func(b *simBudget) *int { return &b.Crash }},
	{"freeze", func(b *simBudget) *int { return &b.Freeze }},
	{"mishap", func(b *simBudget) *int { return &b.Mishap }},
	{"full", func(b *simBudget) *int { return &b.Full }},
	{"ill", func(b *simBudget) *int { return &b.Ill }},
	{"power", func(b *simBudget) *int { return &b.Power }},
	{"late", func(b *simBudget) *int { return &b.Late }},
	{"clock", func(b *simBudget) *int { return &b.Clock }},
	{"look", func(b *simBudget) *int { return &b.Look }},
}

func parseConf(text string) (c simConf, err error) {
	for field := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch key {
		case "commands":
			c.Verbs = verbs(value)
		case "temporal":
			c.Kind = simKind(value)
		case "before":
			c.Running, c.Old = true, value == "older"
		default:
			i := slices.IndexFunc(budgets, func(b budget) bool { return b.name == key })
			if i < 0 {
				return c, fmt.Errorf("%q has a field %q, which is not known", text, key)
			}
			if *budgets[i].of(&c.Budget), err = strconv.Atoi(value); err != nil {
				return c, err
			}
		}
	}
	if len(c.Verbs) == 0 || c.Kind == "" {
		return c, fmt.Errorf("%q names no commands or no Temporal", text)
	}
	return c, nil
}

// simScenarios are every two and every three commands, with each Temporal, over
// one that is Healthy and over nothing, and a crash of any participant between any
// two steps; Temporals that crash or hang by themselves do so once as well. Then every
// two commands with each other kind of fault, commands of two versions, every one
// command while time passes and the clock jumps, and one or two beside a state.
func simScenarios() []simConf {
	var list []simConf
	for _, initials := range []string{"ss", "sx", "sr", "xx", "xr", "rr", "sss", "ssx", "ssr", "sxx", "sxr", "srr", "xxx", "xxr", "xrr", "rrr"} {
		for _, kind := range []simKind{simGood, simStubborn, simLeaves, simDeaf, simCrash, simHang, simLoses} {
			b := simBudget{Crash: 1}
			if kind == simCrash || kind == simHang || kind == simLoses {
				b.Mishap = 1
			}
			for _, running := range []bool{true, false} {
				list = append(list, simConf{Verbs: verbs(initials), Kind: kind, Running: running, Budget: b})
			}
		}
		if len(initials) == 2 {
			list = append(list, simFaults(verbs(initials))...)
		}
	}
	for _, initials := range []string{"ss", "sx", "sr", "xs", "sss"} {
		for _, b := range []simBudget{{Crash: 1}, {Mishap: 1}, {Freeze: 1}, {Full: 1}} {
			list = append(list, simConf{Verbs: verbs(initials), Kind: simCrash, Running: true, Old: true, Budget: b})
		}
	}
	return slices.Concat(list, simRemains(), simTimes(), simLooks(), simSlows(), simSetups(), simNows(), simRuns())
}

// simNows are a stop and a restart with --now, alone and beside each other command, with a fault.
func simNows() []simConf {
	var list []simConf
	for _, initials := range []string{"X", "R", "sX", "xX", "rX", "XX", "XR", "sR", "xR", "rR", "RR"} {
		for _, kind := range []simKind{simGood, simStubborn, simLeaves, simSheds, simCrash, simHang} {
			b := simBudget{Crash: 1}
			if kind == simCrash || kind == simHang {
				b = simBudget{Mishap: 1}
			}
			if kind == simSheds { // see simRemains
				b = simBudget{}
			}
			for _, running := range []bool{true, false} {
				list = append(list, simConf{Verbs: verbs(initials), Kind: kind, Running: running, Budget: b})
			}
		}
		for _, b := range []simBudget{{Freeze: 1}, {Full: 1}, {Ill: 1}, {Power: 1}} {
			list = append(list, simConf{Verbs: verbs(initials), Kind: simGood, Running: true, Budget: b})
		}
	}
	return list
}

// simSlows are each command, and every two, over a Temporal that becomes slow, and may hang
// or crash after that.
func simSlows() []simConf {
	var list []simConf
	for _, initials := range []string{"s", "x", "r", "ss", "sx", "sr"} {
		for _, running := range []bool{true, false} {
			list = append(list, simConf{Verbs: verbs(initials), Kind: simSlow, Running: running, Budget: simBudget{Mishap: 2}})
		}
		list = append(list, simConf{Verbs: verbs(initials), Kind: simSlow, Running: true, Budget: simBudget{Crash: 1, Mishap: 1}})
	}
	return list
}

// simLooks are a state command beside one with a fault, and beside two.
func simLooks() []simConf {
	var list []simConf
	for _, initial := range []string{"s", "x", "r"} {
		for _, kind := range []simKind{simGood, simLeaves, simSheds, simCrash, simHang, simLoses} {
			b := simBudget{Crash: 1, Look: 1}
			if kind == simCrash || kind == simHang || kind == simLoses {
				b = simBudget{Mishap: 1, Look: 1}
			}
			for _, running := range []bool{true, false} {
				list = append(list, simConf{Verbs: verbs(initial), Kind: kind, Running: running, Budget: b})
			}
		}
	}
	for _, initials := range []string{"ss", "sx", "sr", "xx", "xr", "rr"} {
		list = append(list, simConf{Verbs: verbs(initials), Kind: simGood, Running: true, Budget: simBudget{Look: 1}})
	}
	return list
}

// simTimes are each command over Temporals that crash or hang several times while
// the clock jumps, a crash loop in the midst of which it is set back, and each command
// whose supervisor is stopped, while one of its own timers fires early.
func simTimes() []simConf {
	var list []simConf
	for _, initial := range []string{"s", "x", "r"} {
		for _, kind := range []simKind{simCrash, simHang} {
			for _, running := range []bool{true, false} {
				list = append(list, simConf{Verbs: verbs(initial), Kind: kind, Running: running, Budget: simBudget{Mishap: 3, Clock: 3}})
			}
			list = append(list, simConf{Verbs: verbs(initial), Kind: kind, Running: true, Budget: simBudget{Crash: 1, Mishap: 2, Clock: 2}})
		}
		list = append(list, simConf{Verbs: verbs(initial), Kind: simGood, Running: true, Budget: simBudget{Freeze: 1, Late: 1}})
	}
	return append(list, simConf{Verbs: verbs("s"), Kind: simCrash, Running: true, Budget: simBudget{Mishap: 6, Clock: 1}})
}

// simFaults are two commands and whatever else can go wrong.
func simFaults(pair []fsm.Verb) []simConf {
	var list []simConf
	add := func(kind simKind, running bool, b simBudget) {
		list = append(list, simConf{Verbs: pair, Kind: kind, Running: running, Budget: b})
	}
	add(simGood, true, simBudget{Crash: 2})
	add(simLeaves, true, simBudget{Crash: 1, Mishap: 1})
	add(simCrash, false, simBudget{Crash: 1, Mishap: 2})
	add(simLoses, true, simBudget{Mishap: 2})
	add(simGood, true, simBudget{Full: 1, Crash: 1})
	add(simGood, false, simBudget{Full: 1, Crash: 1})
	add(simGood, true, simBudget{Ill: 1, Crash: 1})
	add(simGood, false, simBudget{Ill: 1})
	add(simLeaves, true, simBudget{Ill: 1})
	add(simGood, true, simBudget{Power: 1})
	add(simGood, false, simBudget{Power: 1})
	add(simGood, true, simBudget{Freeze: 1})
	add(simStubborn, true, simBudget{Freeze: 1})
	add(simGood, true, simBudget{Late: 1})
	return list
}

// limit is how many states a search may see: one and two commands are searched to the
// end, and so are three over a good Temporal that is Healthy; others as far as a test
// may take, or SIM_STATES if that is farther. SIM_AT_MOST cuts them all. The race
// detector makes the search some ten times slower and has nothing to find in it, as a
// search is one goroutine.
func (c simConf) limit() int {
	usual := 4_000
	switch {
	case simRaced:
		usual = 40
	case len(c.Verbs) < 3 || c.Kind == simGood && c.Running:
		usual = math.MaxInt
	}
	return simNumber("SIM_AT_MOST", max(usual, simNumber("SIM_STATES", 0)))
}

// simTally adds up what several searches saw.
type simTally struct {
	sync.Mutex
	states, runs, done int
	cut                []string // the classes of those that were
}

func (y *simTally) add(s *simSearch) {
	y.Lock()
	defer y.Unlock()
	y.states, y.runs, y.done = y.states+s.states, y.runs+s.runs, y.done+1
	if s.cut {
		y.cut = append(y.cut, fmt.Sprintf("%d commands, Temporal: %s", len(s.run.conf.Verbs), s.run.conf.Kind))
	}
}

func (y *simTally) String() string {
	return fmt.Sprintf("%d states in %d scenarios, %d of them cut at the limit; %d undisturbed commands from them", y.states, y.done, len(y.cut), y.runs)
}

// classes says what was cut, a line each.
func (y *simTally) classes() string {
	slices.Sort(y.cut)
	text := ""
	for i := 0; i < len(y.cut); {
		n := 1
		for i+n < len(y.cut) && y.cut[i+n] == y.cut[i] {
			n++
		}
		text += fmt.Sprintf("simulation: cut: %d scenarios of %s\n", n, y.cut[i])
		i += n
	}
	return text
}

// simChosen are the scenarios that SIM_ONLY names, separated by semicolons, else all.
func simChosen(t *testing.T) []simConf {
	only := os.Getenv("SIM_ONLY")
	if only == "" {
		return simScenarios()
	}
	var list []simConf
	for _, name := range strings.Split(only, ";") {
		conf, err := parseConf(name)
		must(t, err)
		list = append(list, conf)
	}
	return list
}

// TestSimulation explores every interleaving, breadth first, as far as limit lets
// it. SIM_ONLY names the scenarios.
func TestSimulation(t *testing.T) {
	began := time.Now()
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // much is made and little is kept
	tally, ends := &simTally{}, map[simKind]*simEnds{}
	chosen := simChosen(t)
	for _, conf := range chosen {
		ends[conf.Kind] = &simEnds{}
	}
	t.Run("of", func(t *testing.T) {
		for _, conf := range chosen {
			t.Run(conf.String(), func(t *testing.T) {
				t.Parallel()
				s := newSearch(conf, conf.limit(), ends[conf.Kind])
				if story := s.explore(); story != nil {
					t.Errorf("%s", story)
				}
				t.Logf("%s: %d states, cut %t", conf, s.states, s.cut)
				tally.add(s)
			})
		}
	})
	fmt.Printf("%ssimulation: %s; %.1f s\n", tally.classes(), tally, time.Since(began).Seconds())
}

// TestSimulationDeep takes random ways through worlds in which everything goes
// wrong at once: SIM_DEPTH moves each, SIM_WALKS ways, from SIM_SEED on, with
// SIM_COMMANDS commands.
func TestSimulationDeep(t *testing.T) {
	depth := simNumber("SIM_DEPTH", 0)
	if depth == 0 {
		t.Skip("SIM_DEPTH is how many moves a random walk takes")
	}
	seed, began, tally := uint64(simNumber("SIM_SEED", 1)), time.Now(), &simTally{}
	dice := rand.New(rand.NewPCG(seed, 1))
	for range simNumber("SIM_WALKS", 200) {
		conf := simConf{Running: dice.IntN(2) == 0, Budget: simBudget{2, 1, 2, 1, 1, 1, 1, 2, 1}}
		conf.Old = conf.Running && dice.IntN(2) == 0
		conf.Kind = pickOne(dice, []simKind{simGood, simCrash, simHang, simStubborn, simLeaves, simHides, simSheds, simDeaf, simLoses, simSetUp, simForgets, simRefuses})
		if conf.Kind == simSheds { // see simRemains
			conf.Budget.Crash, conf.Budget.Freeze, conf.Budget.Full, conf.Budget.Ill, conf.Budget.Late = 0, 0, 0, 0, 0
		}
		for range simNumber("SIM_COMMANDS", 4) {
			conf.Verbs = append(conf.Verbs, pickOne(dice, []fsm.Verb{fsm.VerbStart, fsm.VerbStop, fsm.VerbRestart, simStopNow, simRestartNow, verbRun}))
		}
		s := newSearch(conf, 0, &simEnds{})
		if story := s.walk(dice, depth); story != nil {
			t.Fatalf("seed %d: %s", seed, story)
		}
		tally.add(s)
	}
	fmt.Printf("simulation, deep, seed %d: %s; %.1f s\n", seed, tally, time.Since(began).Seconds())
}

// TestReplay repeats the story of SIM_REPLAY.
func TestReplay(t *testing.T) {
	text := os.Getenv("SIM_REPLAY")
	if text == "" {
		t.Skip("SIM_REPLAY is what a failed simulation prints")
	}
	story, err := parseStory(text)
	must(t, err)
	var b strings.Builder
	rule := story.retell(&b)
	t.Logf("\n%s", b.String())
	if rule != "" {
		t.Error(rule)
	}
}

func simNumber(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

func pickOne[T any](dice *rand.Rand, from []T) T { return from[dice.IntN(len(from))] }

// A scenario's name is read as the scenario, and a field that is not known is refused.
func TestScenarioNames(t *testing.T) {
	for _, conf := range simScenarios() {
		if again, err := parseConf(conf.String()); err != nil || !reflect.DeepEqual(again, conf) {
			t.Errorf("%s is read as %+v: %v", conf, again, err)
		}
	}
	for _, text := range []string{"", "commands=s", "commands=s, temporal=good, crush=1", "commands=s, temporal=good, crash=many"} {
		if conf, err := parseConf(text); err == nil {
			t.Errorf("%q is read as %s", text, conf)
		}
	}
}
