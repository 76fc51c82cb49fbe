package fsm

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// notFlags are the figures that no flag gives: a request that is made with other
// ones changes nothing that runs.
var notFlags = []string{"StartPeriod", "Grace", "RestartGrace", "UnservedLimit"}

// leaf is one field that is not a struct.
type leaf struct {
	owner, name, tag string
	value            reflect.Value
}

// leaves finds every field of a struct by reflection, so that a field that was
// added and forgotten elsewhere makes a test fail.
func leaves(pointer any) []leaf {
	var found []leaf
	v := reflect.ValueOf(pointer).Elem()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Type.Kind() == reflect.Struct {
			found = append(found, leaves(v.Field(i).Addr().Interface())...)
			continue
		}
		found = append(found, leaf{v.Type().Name(), field.Name, field.Tag.Get("json"), v.Field(i)})
	}
	return found
}

// change gives a field another value, different for each n.
func (l leaf) change(t *testing.T, n int) {
	t.Helper()
	switch l.value.Kind() {
	case reflect.Bool:
		l.value.SetBool(!l.value.Bool())
	case reflect.String:
		l.value.SetString(fmt.Sprintf("other-%d", n))
	case reflect.Int, reflect.Int64:
		l.value.SetInt(l.value.Int() + int64(1000+n))
	case reflect.Uint64:
		l.value.SetUint(l.value.Uint() + uint64(1000+n))
	case reflect.Array:
		for i := range l.value.Len() {
			l.value.Index(i).SetInt(int64(n + i))
		}
	default:
		t.Fatalf("%s.%s: no test knows a %s", l.owner, l.name, l.value.Kind())
	}
}

func TestEverySettingIsComparedAndOverlaid(t *testing.T) {
	have := Settings{IP: "127.0.0.1", DB: "/db", Policy: DefaultPolicy()}
	var flags []string
	for _, f := range fields {
		flags = append(flags, f.name)
	}
	for i := range leaves(&have) {
		want := have
		l := leaves(&want)[i]
		l.change(t, i)
		differ := Record{Settings: have}.Differences(want, MakeNames(flags))
		if slices.Contains(notFlags, l.name) {
			if len(differ) != 0 {
				t.Errorf("%s is listed as no flag: differences %v", l.name, differ)
			}
			continue
		}
		if len(differ) != 1 || differ[0].Have == differ[0].Want {
			t.Errorf("%s: differences %v", l.name, differ)
			continue
		}
		flag := differ[0].Name
		if got := have.Overlay(want, Names(flag)); got != want {
			t.Errorf("%s: overlaid %+v", l.name, got)
		}
		if differ := (Record{Settings: have}).Differences(want, "other,"+Names(flag+"-x")); len(differ) != 0 {
			t.Errorf("%s was not given: %v", l.name, differ)
		}
		if got := have.Overlay(want, "other"); got != have {
			t.Errorf("%s was not given, and is overlaid: %+v", l.name, got)
		}
	}
}

// TestTheVersionThatRunsCounts unless another one was asked for.
func TestTheVersionThatRunsCounts(t *testing.T) {
	var r Record
	for _, c := range []struct {
		runs, asked, want string
		differ            int
	}{{"1.8.2", "", "v1.8.2", 0}, {"1.8.2", "", "v1.5.1", 1}, {"1.5.1", "v1.8.2", "v1.8.2", 0}, {"", "", "v1.8.2", 1}} {
		r.Temporal.Version, r.Settings.TemporalVersion = c.runs, c.asked
		if got := r.Differences(Settings{TemporalVersion: c.want}, "temporal-version"); len(got) != c.differ {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestClash(t *testing.T) {
	for _, c := range []struct {
		s    Settings
		want string
	}{
		{Settings{Port: 1, UIPort: 2, HTTPPort: 3, MetricsPort: 4}, ""},
		{Settings{Port: 1, UIPort: 2}, ""},
		{Settings{Port: 1, UIPort: 1}, "port ui-port 1"},
		{Settings{Port: 1, UIPort: 1, Headless: true}, ""},
		{Settings{Port: 1, UIPort: 2, HTTPPort: 1}, "port http-port 1"},
		{Settings{Port: 1, UIPort: 2, HTTPPort: 3, MetricsPort: 2}, "ui-port metrics-port 2"},
		{Settings{Port: 1, UIPort: 2, HTTPPort: 3, MetricsPort: 3}, "http-port metrics-port 3"},
	} {
		one, other, port := c.s.PortConflict()
		if got := strings.TrimSpace(one + " " + other); got != "" && got+" "+strconv.Itoa(port) != c.want || got == "" && c.want != "" {
			t.Errorf("%+v: %s %d, want %q", c.s, got, port, c.want)
		}
	}
}

func TestDifferencesAreToldInAFixedOrder(t *testing.T) {
	have := Settings{Port: 7233, DB: "", Namespaces: "a", Policy: DefaultPolicy()}
	want := Settings{Port: 7333, DB: "/my db", Namespaces: "", Policy: DefaultPolicy()}
	want.Policy.Period = 500
	var got []string
	for _, d := range (Record{Settings: have}).Differences(want, "probe-period,namespace,db,port,headless") {
		got = append(got, d.String())
	}
	expected := []string{
		"--port is 7233, asked for 7333",
		`--db is (ephemeral), asked for "/my db"`,
		`--namespace is a, asked for ""`,
		"--probe-period is 2s, asked for 500ms",
	}
	if !slices.Equal(got, expected) {
		t.Errorf("got %q", got)
	}
}

// Of a list only what differs is named, as it can be typed.
func TestDifferencesOfLists(t *testing.T) {
	have := Settings{ServerFlags: ServerFlags{DynamicConfig: MakeTexts([]string{"a=1", `b={"c":1}`}), SQLitePragmas: "x=1", Args: MakeTexts([]string{"--x", "--y"})}}
	want := Settings{ServerFlags: ServerFlags{DynamicConfig: MakeTexts([]string{"a=1", `b=["d", 'e']`, "f=\"g\nh\""}), Args: MakeTexts([]string{"--y", "--x"})}, Setup: Setup{SearchAttributes: "A=Int"}}
	var got []string
	for _, d := range (Record{Settings: have}).Differences(want, "sqlite-pragma,dynamic-config-value,search-attribute,temporal-arg") {
		got = append(got, d.String())
	}
	expected := []string{
		"--sqlite-pragma has x=1, which was not asked for",
		`--dynamic-config-value lacks "b=[\"d\", 'e']" and "f=\"g\nh\"", and has 'b={"c":1}', which was not asked for`,
		"--search-attribute lacks A=Int",
		`--temporal-arg is "--x --y", asked for "--y --x"`,
	}
	if !slices.Equal(got, expected) {
		t.Errorf("got %q", got)
	}
}

// The order of a list counts only where Temporal goes by it, and a retention is named in hours.
func TestDifferencesAreOfMeaning(t *testing.T) {
	some, turned := MakeTexts([]string{"a=1", "b=2"}), MakeTexts([]string{"b=2", "a=1"})
	r := Record{Settings: Settings{Namespaces: "a,b", ServerFlags: ServerFlags{DynamicConfig: some, SQLitePragmas: some}, Setup: Setup{SearchAttributes: some}}}
	want := Settings{Namespaces: "b,a,default,a", ServerFlags: ServerFlags{DynamicConfig: turned, SQLitePragmas: turned}, Setup: Setup{SearchAttributes: turned, Retention: 720 * 3_600_000}}
	var got []string
	for _, d := range r.Differences(want, "namespace,dynamic-config-value,sqlite-pragma,search-attribute,retention") {
		got = append(got, d.String())
	}
	if !slices.Equal(got, []string{`--sqlite-pragma is "a=1 b=2", asked for "b=2 a=1"`, `--retention is (default), asked for 720h`}) {
		t.Errorf("got %q", got)
	}
}

// A record of an older build names no level and no form of the log: it means those of that build.
func TestOlderRecordHasTheDefaultLog(t *testing.T) {
	asked := Settings{ServerLog: DefaultServerLog}
	if differ := (Record{}).Differences(asked, "temporal-log-level,temporal-log-format"); len(differ) != 0 {
		t.Errorf("differences %v", differ)
	}
	asked.LogLevel = "error"
	if differ := (Record{}).Differences(asked, "temporal-log-level"); len(differ) != 1 || differ[0].Have != "warn" {
		t.Errorf("differences %v", differ)
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		list []string
		json string
	}{{nil, `[]`}, {[]string{"a"}, `["a"]`}, {[]string{"a", "b c", "d"}, `["a","b c","d"]`}} {
		n := MakeNames(c.list)
		if list := n.List(); list == nil || !slices.Equal(list, c.list) && len(c.list) > 0 {
			t.Errorf("%q: list %q", n, list)
		}
		data, err := json.Marshal(n)
		var back Names
		if err != nil || string(data) != c.json || json.Unmarshal(data, &back) != nil || back != n {
			t.Errorf("%q: %s, %v, and back %q", n, data, err, back)
		}
	}
	n := Names("old")
	if err := json.Unmarshal([]byte(`"a"`), &n); err == nil || n != "old" {
		t.Errorf("a string is no list: %v, %q", err, n)
	}
	if Names("").Has("") || !Names("a,b").Has("b") || Names("ab").Has("a") {
		t.Error("Has")
	}
}

func TestEveryFieldOfARecordSurvivesJSON(t *testing.T) {
	var r, back Record
	tags := map[string]bool{}
	for i, l := range leaves(&r) {
		l.change(t, i)
		if l.tag == "" || tags[l.owner+l.tag] && !slices.Contains([]string{"Process", "Program", "Setup"}, l.owner) {
			t.Errorf("%s.%s: no name in the file, or one that is used twice: %q", l.owner, l.name, l.tag)
		}
		tags[l.owner+l.tag] = true
	}
	data, err := json.Marshal(r)
	check(t, err)
	if err := json.Unmarshal(data, &back); err != nil || back != r {
		t.Errorf("%v\nwas %+v\nis  %+v", err, r, back)
	}
}

func TestSame(t *testing.T) {
	p := process(100)
	if !p.Same(p) {
		t.Error("a process is not itself")
	}
	for i, l := range leaves(&p) {
		q := process(100)
		leaves(&q)[i].change(t, i)
		decides := slices.Contains([]string{"PID", "StartTicks", "Boot"}, l.name)
		if process(100).Same(q) == decides {
			t.Errorf("%s differs: same %t", l.name, !decides)
		}
	}
	for _, nobody := range []Process{{}, {PID: 1, StartTicks: 1}, {PID: -1, StartTicks: 1}, {PID: 100, Boot: "boot"}} {
		if nobody.Same(nobody) {
			t.Errorf("%+v counts as known", nobody)
		}
	}
}
