package sim

import "github.com/stigmer/local/fsm"

// simConf is one scenario.
type simConf struct {
	Verbs   []fsm.Verb
	Kind    simKind
	Running bool // Temporal is Healthy before the first command
	Old     bool // its supervisor and the last command are of an older version than the other commands
	Budget  simBudget
}

// simBudget bounds what goes wrong in one run.
type simBudget struct {
	Crash  int // participants killed
	Freeze int // supervisors stopped
	Mishap int // Temporals that crash or hang
	Full   int // saves and spawns that fail, ports that are taken
	Ill    int // records damaged, foreign processes
	Power  int // power cuts
	Late   int // deadlines that pass although a process is at work
	Clock  int // jumps of the clock
	Look   int // state commands; at most one
}

type simKind string

// The Temporals.
const (
	simGood     simKind = "good"
	simCrash    simKind = "crashes"
	simHang     simKind = "hangs"
	simStubborn simKind = "ignores SIGTERM"
	simLeaves   simKind = "leaves descendants"
	simHides    simKind = "leaves descendants without a mark" // the one outside the group shows no environment
	simSheds    simKind = "leaves members without the lock"   // as Python's subprocess does, which closes what it inherits
	simDeaf     simKind = "never serves"
	simLoses    simKind = "loses its database"
	simSlow     simKind = "becomes slow" // it answers after the time that a probe has
	simSetUp    simKind = "gets a setup"
	simForgets  simKind = "gets a setup in memory"
	simRefuses  simKind = "refuses its setup"
)
