package fsm

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// verbs is a list of commands by their initials: s(tart), x (stop), r(estart).
func verbs(initials string) []Verb {
	list := []Verb{}
	for _, r := range initials {
		list = append(list, map[rune]Verb{'s': VerbStart, 'x': VerbStop, 'r': VerbRestart}[r])
	}
	return list
}

var simPairs = []string{"ss", "sx", "sr", "xx", "xr", "rr"}

// String is how a scenario is named, and read again by parseConf.
func (c simConf) String() string {
	text := ""
	for _, v := range c.Verbs {
		text += map[Verb]string{VerbStart: "s", VerbStop: "x", VerbRestart: "r"}[v]
	}
	b := c.Budget
	return fmt.Sprintf("%s,%s,%t,%d,%d,%d,%d,%d,%d,%d", text, c.Kind, c.Running, b.Crash, b.Freeze, b.Mishap, b.Full, b.Ill, b.Power, b.Late)
}

func parseConf(text string) (c simConf, err error) {
	f := strings.Split(text, ",")
	if len(f) != 10 {
		return c, fmt.Errorf("%q has %d fields, not 10", text, len(f))
	}
	c = simConf{Verbs: verbs(f[0]), Kind: simKind(f[1]), Running: f[2] == "true"}
	for i, at := range []*int{&c.Budget.Crash, &c.Budget.Freeze, &c.Budget.Mishap, &c.Budget.Full, &c.Budget.Ill, &c.Budget.Power, &c.Budget.Late} {
		if *at, err = strconv.Atoi(f[3+i]); err != nil {
			return c, err
		}
	}
	return c, nil
}

func TestSimOne(t *testing.T) {
	text := os.Getenv("SIM_CONF")
	if text == "" {
		t.Skip("SIM_CONF")
	}
	for _, one := range strings.Split(text, ";") {
		conf, err := parseConf(one)
		if err != nil {
			t.Fatal(err)
		}
		limit, _ := strconv.Atoi(os.Getenv("SIM_LIMIT"))
		if limit == 0 {
			limit = 2_000_000
		}
		began := time.Now()
		s := newSearch(conf, limit)
		story := s.explore()
		t.Logf("%s: %d states, %d undisturbed runs (%d ends), cut %t, %v", conf, s.states, s.runs, len(s.ends), s.cut, time.Since(began))
		if story != nil {
			t.Errorf("%s", story)
		}
	}
}

var _ sync.Mutex
