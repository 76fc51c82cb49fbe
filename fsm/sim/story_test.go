package sim

import (
	"fmt"
	"strings"

	"github.com/stigmer/local/fsm"
)

// String prints a broken rule as a story, and how to see it again.
func (s *simStory) String() string {
	var b strings.Builder
	verbs := []string{}
	for _, v := range s.conf.Verbs {
		verbs = append(verbs, string(v))
	}
	before := "nothing ran before"
	if s.conf.Running {
		before = "Temporal is Healthy at the beginning"
	}
	fmt.Fprintf(&b, "%s\n  commands: %s; a Temporal that %s; %s\n", s.rule, strings.Join(verbs, ", "), s.conf.Kind, before)
	s.retell(&b)
	fmt.Fprintf(&b, "  again: SIM_REPLAY='%s' go test -run TestReplay ./fsm/sim\n", s.replay())
	return b.String()
}

func (s *simStory) retell(b *strings.Builder) string {
	w := simFirst(&simRun{conf: s.conf, cache: newSimCache(true), tell: true})
	for i, m := range s.moves {
		w = w.apply(m)
		w.check()
		fmt.Fprintf(b, "  %3d. %s\n", i+1, w.said)
	}
	rule := w.bad
	if rule == "" && s.then != "" {
		left := w.deserted(&simRun{conf: simConf{Kind: s.conf.Kind}, cache: newSimCache(true), fair: true, tell: true})
		if s.then == thenNothing {
			rule = left.leaves(s.conf)
		} else {
			_, rule = left.undisturbed(s.then, nil)
		}
		fmt.Fprintf(b, "  then every command is killed, and: %s\n", rule)
	}
	return rule
}

func (s *simStory) replay() string {
	moves := []string{}
	for _, m := range s.moves {
		moves = append(moves, m.String())
	}
	return fmt.Sprintf("%s|%s|%s", s.conf, strings.Join(moves, " "), s.then)
}

func parseStory(text string) (*simStory, error) {
	parts := strings.Split(text, "|")
	if len(parts) != 3 {
		return nil, fmt.Errorf("a replay has three parts, not %d", len(parts))
	}
	conf, err := parseConf(parts[0])
	if err != nil {
		return nil, err
	}
	s := &simStory{conf: conf, then: fsm.Verb(parts[2])}
	for _, word := range strings.Fields(parts[1]) {
		m, err := parseMove(word)
		if err != nil {
			return nil, err
		}
		s.moves = append(s.moves, m)
	}
	return s, nil
}
