package fsm

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestTexts(t *testing.T) {
	for _, c := range []struct {
		list []string
		json string
	}{
		{nil, `[]`},
		{[]string{"A=1"}, `["A=1"]`},
		{[]string{"A=a,b", "B=\n\t \"", "C="}, `["A=a,b","B=\n\t \"","C="]`},
		{[]string{"A=\xff\xfe", "B=ä"}, `[{"bytes":"QT3//g=="},"B=ä"]`},
	} {
		texts := MakeTexts(c.list)
		if list := texts.List(); list == nil || !slices.Equal(list, c.list) && len(c.list) > 0 {
			t.Errorf("%q: list %q", texts, list)
		}
		data, err := json.Marshal(texts)
		var back Texts
		if err != nil || string(data) != c.json || json.Unmarshal(data, &back) != nil || back != texts {
			t.Errorf("%q: %s, %v, and back %q", texts, data, err, back)
		}
	}
	texts := Texts("old")
	for _, bad := range []string{`"A"`, `[1]`, `[["A"]]`, `[{"bytes":1}]`} {
		if err := json.Unmarshal([]byte(bad), &texts); err == nil || texts != "old" {
			t.Errorf("%s: %v, %q", bad, err, texts)
		}
	}
	// A record that was edited by hand adds no variable by a NUL.
	if err := json.Unmarshal([]byte(`["A=1\u0000B=2", "", null, "C=3"]`), &texts); err != nil || !slices.Equal(texts.List(), []string{"A=1", "C=3"}) {
		t.Errorf("%v, %q", err, texts.List())
	}
}

func TestNamesOfAnEnvironment(t *testing.T) {
	e := Environment{Lent: MakeTexts([]string{"A=1=2", "B=", "LONELY"})}
	if got := e.Names(); !slices.Equal(got, []string{"A", "B", "LONELY"}) || !e.Known() {
		t.Errorf("%q", got)
	}
	if got := (Environment{}).Names(); len(got) != 0 || (Environment{}).Known() {
		t.Errorf("of none: %q", got)
	}
}

// Whatever process starts Temporal anew lends it what the record has. A start lends of its
// own, and a restart that says what is to be passed on.
func TestPrepareLends(t *testing.T) {
	own, recorded := Environment{Lent: "A=own"}, Environment{Lent: "A=recorded"}
	settings := Settings{TemporalBin: "/bin/temporal", Policy: DefaultPolicy()}
	for what, c := range map[string]struct {
		verb  Verb
		given Names
		has   Environment
		hold  LockOwner
		want  Environment
	}{
		"a start":                             {VerbStart, "", recorded, OwnerNone, own},
		"a start of what runs":                {VerbStart, "", recorded, OwnerOurs, recorded},
		"an older version's runs":             {VerbStart, "", Environment{}, OwnerOurs, Environment{}},
		"a restart":                           {VerbRestart, "port", recorded, OwnerNone, recorded},
		"a restart of an older version's":     {VerbRestart, "", Environment{}, OwnerNone, own},
		"a restart that says what to pass on": {VerbRestart, "port,pass-env", recorded, OwnerNone, own},
	} {
		r := Record{State: Stopped, Desired: WantStopped, Generation: 7, Settings: settings, Environment: c.has}
		if c.hold == OwnerOurs {
			r.State, r.Desired = Healthy, WantRunning
		}
		got, refusal := Command{Verb: c.verb, Want: settings, Given: c.given, Environment: own}.Prepare(r, Evidence{Owner: c.hold})
		if refusal.Result != "" || got.Environment != c.want {
			t.Errorf("%s: lends %q, %s", what, got.Environment.Lent, refusal.Result)
		}
	}
}
