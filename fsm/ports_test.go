package fsm

import "testing"

// A drawn port is used again: it is drawn anew only if another program or another setting has it.
func TestDrawnPorts(t *testing.T) {
	const taken = "port 61001 (--http-port) is taken by pid 7"
	before, spare := Ports{61005, 61006, 61001, 61002}, Ports{61007, 61008, 61003, 61004}
	drawn := Settings{Port: 61005, UIPort: 61006}
	for name, c := range map[string]struct {
		settings    Settings
		before      Ports
		taken       EachPort[string]
		drawn, used Ports
	}{
		"the first time":              {Settings{}, Ports{}, EachPort[string]{}, spare, spare},
		"again":                       {drawn, before, EachPort[string]{}, before, before},
		"the frontend's is taken":     {drawn, before, EachPort[string]{taken}, Ports{61007, 61006, 61001, 61002}, Ports{61007, 61006, 61001, 61002}},
		"the UI's is taken":           {drawn, before, EachPort[string]{1: taken}, Ports{61005, 61008, 61001, 61002}, Ports{61005, 61008, 61001, 61002}},
		"HTTP's is taken":             {drawn, before, EachPort[string]{2: taken}, Ports{61005, 61006, 61003, 61002}, Ports{61005, 61006, 61003, 61002}},
		"metrics' is taken":           {drawn, before, EachPort[string]{3: taken}, Ports{61005, 61006, 61001, 61004}, Ports{61005, 61006, 61001, 61004}},
		"one is asked for":            {Settings{Port: 61005, UIPort: 61006, HTTPPort: 9000}, before, EachPort[string]{}, before, Ports{61005, 61006, 9000, 61002}},
		"two are asked for":           {Settings{Port: 7233, UIPort: 8233}, Ports{}, EachPort[string]{}, Ports{HTTP: 61003, Metrics: 61004}, Ports{7233, 8233, 61003, 61004}},
		"all are asked for":           {Settings{Port: 1, UIPort: 2, HTTPPort: 3, MetricsPort: 4}, Ports{}, EachPort[string]{}, Ports{}, Ports{1, 2, 3, 4}},
		"there is no web UI":          {Settings{Headless: true}, Ports{}, EachPort[string]{}, Ports{61007, 0, 61003, 61004}, Ports{61007, 0, 61003, 61004}},
		"the gRPC port has it":        {Settings{Port: 61001, UIPort: 1}, Ports{0, 0, 61001, 61002}, EachPort[string]{}, Ports{0, 0, 61003, 61002}, Ports{61001, 1, 61003, 61002}},
		"the UI has it":               {Settings{Port: 1, UIPort: 61002}, Ports{0, 0, 61001, 61002}, EachPort[string]{}, Ports{0, 0, 61001, 61004}, Ports{1, 61002, 61001, 61004}},
		"HTTP is asked to be it":      {Settings{Port: 61005, UIPort: 61006, HTTPPort: 61005}, before, EachPort[string]{}, Ports{61007, 61006, 61001, 61002}, Ports{61007, 61006, 61005, 61002}},
		"the other is asked to be it": {Settings{Port: 61005, UIPort: 61006, MetricsPort: 61001}, before, EachPort[string]{}, Ports{61005, 61006, 61003, 61002}, Ports{61005, 61006, 61003, 61001}},
		"both are the same, by hand":  {Settings{Port: 61005, UIPort: 61005}, Ports{61005, 61005, 61001, 61001}, EachPort[string]{}, Ports{61005, 61008, 61001, 61004}, Ports{61005, 61008, 61001, 61004}},
	} {
		r := Record{Settings: c.settings, Drawn: c.before}
		found := PortFacts{Taken: c.taken}
		for i, draws := range r.Draws(found) {
			if draws {
				*found.Spare.All()[i] = *spare.All()[i]
			}
		}
		if r = r.withDrawn(found.Spare); r.Drawn != c.drawn || r.Ports() != c.used || r.Settings.Port != c.used.Frontend || r.Settings.UIPort != c.used.UI {
			t.Errorf("%s: drawn %v, used %v, settings %v", name, r.Drawn, r.Ports(), r.Settings.Ports())
		}
	}
}

// What a start and a restart want of a home whose ports were drawn, or not.
func TestPortsThatAreWanted(t *testing.T) {
	drawn := Record{Generation: 1, Settings: Settings{Port: 61001, UIPort: 61002}, Drawn: Ports{Frontend: 61001, UI: 61002}}
	uiDrawn := Record{Generation: 1, Settings: Settings{Port: 7233, UIPort: 61002}, Drawn: Ports{UI: 61002}}
	fixed := Record{Generation: 1, Settings: Settings{Port: 7444, UIPort: 8444}}
	refused := Record{Generation: 1} // before a port was drawn
	for name, c := range map[string]struct {
		r        Record
		verb     Verb
		port, ui int
		given    Names
		want     Ports // of the next record's settings
		drawn    Ports
	}{
		"nothing is known":              {Record{}, VerbStart, 7233, 8233, "", Ports{Frontend: 7233, UI: 8233}, Ports{}},
		"any, the first time":           {Record{}, VerbStart, 0, 0, "port", Ports{}, Ports{}},
		"any, again":                    {drawn, VerbStart, 0, 0, "port", Ports{Frontend: 61001, UI: 61002}, drawn.Drawn},
		"none is given":                 {drawn, VerbStart, 7233, 8233, "", Ports{Frontend: 61001, UI: 61002}, drawn.Drawn},
		"another is given":              {drawn, VerbStart, 7444, 8444, "port", Ports{Frontend: 7444, UI: 8444}, Ports{}},
		"the drawn one is given":        {drawn, VerbStart, 61001, 62001, "port", Ports{Frontend: 61001, UI: 62001}, Ports{}},
		"another UI is given":           {drawn, VerbStart, 7233, 8444, "ui-port", Ports{Frontend: 61001, UI: 8444}, Ports{Frontend: 61001}},
		"the UI's was drawn alone":      {uiDrawn, VerbStart, 7233, 8233, "", Ports{Frontend: 7233, UI: 61002}, uiDrawn.Drawn},
		"and another port is given":     {uiDrawn, VerbStart, 7444, 8444, "port", Ports{Frontend: 7444, UI: 8444}, Ports{}},
		"a fixed one is not remembered": {fixed, VerbStart, 7233, 8233, "", Ports{Frontend: 7233, UI: 8233}, Ports{}},
		"any, after a fixed one":        {fixed, VerbStart, 0, 0, "port", Ports{}, Ports{}},
		"a refused start drew none":     {refused, VerbStart, 7233, 8233, "", Ports{Frontend: 7233, UI: 8233}, Ports{}},
		"restart":                       {drawn, VerbRestart, 7233, 8233, "", Ports{Frontend: 61001, UI: 61002}, drawn.Drawn},
		"restart, any":                  {drawn, VerbRestart, 0, 0, "port", Ports{Frontend: 61001, UI: 61002}, drawn.Drawn},
		"restart, another":              {drawn, VerbRestart, 7444, 8444, "port", Ports{Frontend: 7444, UI: 61002}, Ports{UI: 61002}},
		"restart, any after a fixed":    {fixed, VerbRestart, 0, 0, "port", Ports{UI: 8444}, Ports{}},
		"restart of a fixed":            {fixed, VerbRestart, 7233, 8233, "", Ports{Frontend: 7444, UI: 8444}, Ports{}},
	} {
		next := Command{Verb: c.verb, Want: Settings{Port: c.port, UIPort: c.ui}, Given: c.given}.Next(c.r)
		if next.Settings.Ports() != c.want || next.Drawn != c.drawn {
			t.Errorf("%s: %v, drawn %v", name, next.Settings.Ports(), next.Drawn)
		}
	}
}

// The history names the program that has a drawn port, and the port in its place.
func TestMovedPortsAreSaid(t *testing.T) {
	m := NewMachine()
	r := Record{State: Stopped, Desired: WantRunning, Drawn: Ports{61001, 0, 0, 61002}, Settings: Settings{Port: 61001, UIPort: 8233, HTTPPort: 9000, Policy: DefaultPolicy()}}
	s, first := Begin(r, process(2), Evidence{Owner: OwnerNone}, Input{})
	s, _ = s.Step(m, first)
	s, effects := s.Step(m, Input{Event: LockAcquired, BeforeSpawn: BeforeSpawn{Ports: PortFacts{
		Taken: EachPort[string]{0: "port 61001 (--port) is taken by pid 7", 3: "port 61002 (--metrics-port) is taken by pid 8"}, Spare: Ports{61003, 0, 0, 61004},
	}}})
	const want = "port 61001 (--port) is taken by pid 7: Temporal is on port 61003 from now on; " +
		"port 61002 (--metrics-port) is taken by pid 8: the metrics are on port 61004 from now on"
	if have := effects[0].Transition.Cause; effects[0].Do != DoSave || have != want {
		t.Errorf("%s: %s", effects[0].Do, have)
	}
	if spawn := effects[len(effects)-1]; spawn.Do != DoSpawn || spawn.Record.Ports() != (Ports{61003, 8233, 9000, 61004}) || effects[0].Record.Drawn != s.Drawn || s.Settings.Port != 61003 {
		t.Errorf("%s with %v, after %v was saved", spawn.Do, spawn.Record.Ports(), effects[0].Record.Drawn)
	}
}

// A Temporal that is adopted says by its command line what a record may not have.
func TestPortsOfAnAdoptedTemporal(t *testing.T) {
	for name, c := range map[string]struct {
		settings     Settings
		before, runs Ports
		want         Ports // what is known to be drawn
	}{
		"of an older build":             {Settings{Port: 1, UIPort: 2}, Ports{}, Ports{1, 2, 61001, 61002}, Ports{HTTP: 61001, Metrics: 61002}},
		"what runs is right":            {Settings{Port: 61005, UIPort: 2}, Ports{61005, 0, 61003, 61004}, Ports{61006, 2, 61001, 61002}, Ports{61006, 0, 61001, 61002}},
		"it cannot be read":             {Settings{Port: 61005, UIPort: 2}, Ports{61005, 0, 61003, 61004}, Ports{}, Ports{61005, 0, 61003, 61004}},
		"what was asked for is no draw": {Settings{Port: 1, UIPort: 2, MetricsPort: 9001}, Ports{}, Ports{1, 2, 61001, 9001}, Ports{HTTP: 61001}},
	} {
		r := Record{State: Healthy, Desired: WantRunning, Drawn: c.before, Settings: c.settings}
		s, _ := Begin(r, process(2), Evidence{Owner: OwnerOurs, Leader: process(100), Ports: c.runs}, Input{})
		if s.Drawn != c.want || c.runs != (Ports{}) && s.Ports() != c.runs {
			t.Errorf("%s: %v, drawn %v", name, s.Ports(), s.Drawn)
		}
	}
}

// To ask for the port that was drawn, or for any, asks for nothing new.
func TestDrawnPortsAreNoDifference(t *testing.T) {
	r := Record{Settings: Settings{Port: 61005, UIPort: 8233, MetricsPort: 9000}, Drawn: Ports{Frontend: 61005, HTTP: 61001, Metrics: 61002}}
	for _, c := range []struct {
		want Ports
		says string
	}{
		{Ports{61005, 8233, 61001, 9000}, ""}, {Ports{0, 0, 0, 9000}, ""}, {Ports{}, ""},
		{Ports{HTTP: 61003}, "--http-port is 61001, asked for 61003"}, {Ports{Metrics: 61002}, "--metrics-port is 9000, asked for 61002"},
		{Ports{Frontend: 7233}, "--port is 61005, asked for 7233"}, {Ports{UI: 8234}, "--ui-port is 8233, asked for 8234"},
	} {
		have := ""
		for _, d := range r.Differences(Settings{}.withPorts(c.want), "port,ui-port,http-port,metrics-port") {
			have += d.String()
		}
		if have != c.says {
			t.Errorf("%v: %s", c.want, have)
		}
	}
}
