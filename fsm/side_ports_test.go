package fsm

import "testing"

// A drawn port is used again: it is drawn anew only if another program or another setting has it.
func TestDrawnPorts(t *testing.T) {
	const taken = "port 61001 (--http-port) is taken by pid 7"
	before, spare := SidePorts{61001, 61002}, SidePorts{61003, 61004}
	for name, c := range map[string]struct {
		settings    Settings
		before      SidePorts
		facts       SidePortFacts
		drawn, used SidePorts
	}{
		"the first time":              {Settings{}, SidePorts{}, SidePortFacts{}, spare, spare},
		"again":                       {Settings{Port: 7233, UIPort: 8233}, before, SidePortFacts{}, before, before},
		"HTTP's is taken":             {Settings{}, before, SidePortFacts{HTTPTaken: taken}, SidePorts{61003, 61002}, SidePorts{61003, 61002}},
		"metrics' is taken":           {Settings{}, before, SidePortFacts{MetricsTaken: taken}, SidePorts{61001, 61004}, SidePorts{61001, 61004}},
		"one is asked for":            {Settings{HTTPPort: 9000}, before, SidePortFacts{}, before, SidePorts{9000, 61002}},
		"both are asked for":          {Settings{HTTPPort: 9000, MetricsPort: 9001}, SidePorts{}, SidePortFacts{}, SidePorts{}, SidePorts{9000, 9001}},
		"the gRPC port has it":        {Settings{Port: 61001}, before, SidePortFacts{}, SidePorts{61003, 61002}, SidePorts{61003, 61002}},
		"the UI has it":               {Settings{UIPort: 61002}, before, SidePortFacts{}, SidePorts{61001, 61004}, SidePorts{61001, 61004}},
		"the other is asked to be it": {Settings{MetricsPort: 61001}, before, SidePortFacts{}, SidePorts{61003, 61002}, SidePorts{61003, 61001}},
		"both are the same, by hand":  {Settings{}, SidePorts{61001, 61001}, SidePortFacts{}, SidePorts{61001, 61004}, SidePorts{61001, 61004}},
	} {
		c.facts.Spare = spare
		r := Record{Settings: c.settings, Drawn: c.before}
		if r.Drawn = r.drawn(c.facts); r.Drawn != c.drawn || r.SidePorts() != c.used {
			t.Errorf("%s: drawn %v, used %v", name, r.Drawn, r.SidePorts())
		}
	}
}

// The history names the program that has a drawn port, and the port in its place.
func TestMovedPortsAreSaid(t *testing.T) {
	m := NewMachine()
	r := Record{State: Stopped, Desired: WantRunning, Drawn: SidePorts{61001, 61002}, Settings: Settings{Policy: DefaultPolicy()}}
	s, first := Begin(r, process(2), Evidence{Owner: OwnerNone}, Input{})
	s, _ = s.Step(m, first)
	s, effects := s.Step(m, Input{Event: LockAcquired, BeforeSpawn: BeforeSpawn{SidePorts: SidePortFacts{
		HTTPTaken: "port 61001 (--http-port) is taken by pid 7", MetricsTaken: "port 61002 (--metrics-port) is taken by pid 8", Spare: SidePorts{61003, 61004},
	}}})
	const want = "port 61001 (--http-port) is taken by pid 7: the HTTP API is on port 61003 from now on; " +
		"port 61002 (--metrics-port) is taken by pid 8: the metrics are on port 61004 from now on"
	if have := effects[0].Transition.Cause; effects[0].Do != DoSave || have != want {
		t.Errorf("%s: %s", effects[0].Do, have)
	}
	if spawn := effects[len(effects)-1]; spawn.Do != DoSpawn || spawn.Record.SidePorts() != effects[0].Record.Drawn || s.Drawn != (SidePorts{61003, 61004}) {
		t.Errorf("%s with %v, after %v was saved", spawn.Do, spawn.Record.SidePorts(), effects[0].Record.Drawn)
	}
}

// A Temporal that is adopted says by its command line what a record may not have.
func TestPortsOfAnAdoptedTemporal(t *testing.T) {
	for name, c := range map[string]struct {
		settings     Settings
		before, runs SidePorts
		want         SidePorts
	}{
		"of an older build":             {Settings{}, SidePorts{}, SidePorts{61001, 61002}, SidePorts{61001, 61002}},
		"what runs is right":            {Settings{}, SidePorts{61003, 61004}, SidePorts{61001, 61002}, SidePorts{61001, 61002}},
		"it cannot be read":             {Settings{}, SidePorts{61003, 61004}, SidePorts{}, SidePorts{61003, 61004}},
		"what was asked for is no draw": {Settings{MetricsPort: 9001}, SidePorts{}, SidePorts{61001, 9001}, SidePorts{61001, 0}},
	} {
		r := Record{State: Healthy, Desired: WantRunning, Drawn: c.before, Settings: c.settings}
		s, _ := Begin(r, process(2), Evidence{Owner: OwnerOurs, Leader: process(100), SidePorts: c.runs}, Input{})
		if s.Drawn != c.want {
			t.Errorf("%s: %v", name, s.Drawn)
		}
	}
}

// To ask for the port that was drawn asks for nothing new.
func TestDrawnPortsAreNoDifference(t *testing.T) {
	r := Record{Settings: Settings{MetricsPort: 9000}, Drawn: SidePorts{61001, 61002}}
	for _, c := range []struct {
		http, metrics int
		want          string
	}{
		{61001, 9000, ""}, {0, 9000, ""},
		{61003, 9000, "--http-port is 61001, asked for 61003"}, {0, 61002, "--metrics-port is 9000, asked for 61002"}, {0, 0, "--metrics-port is 9000, asked for 0"},
	} {
		have := ""
		for _, d := range r.Differences(Settings{HTTPPort: c.http, MetricsPort: c.metrics}, "http-port,metrics-port") {
			have += d.String()
		}
		if have != c.want {
			t.Errorf("%d, %d: %s", c.http, c.metrics, have)
		}
	}
}
