package e2e_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// victims is a set of processes that are killed together.
type victims int

const (
	supervisorDies victims = 1 << iota
	temporalDies
	commandDies
	everybodyDies = supervisorDies | temporalDies | commandDies
)

func (v victims) String() string {
	var names []string
	for i, name := range []string{"supervisor", "temporal", "command"} {
		if v&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "+")
}

// TestKilledAtEachWrite kills a set of participants at each write of the record
// that a start, a stop and a restart make. The sets are dealt like cards, so that each
// comes up. Each write is visited once; with STIGMER_SOAK that is the number of rounds.
// A command that survives must succeed, and the next one sets everything right.
func TestKilledAtEachWrite(t *testing.T) {
	besiege(t, func(h *siege) {
		visits, most := 1, math.MaxInt
		if soaks() {
			visits, most = math.MaxInt, rounds(0)
		}
		count := 0
		var sets []victims
		for visit := 0; visit < visits && count < most; visit++ {
			for _, verb := range []string{"start", "restart", "stop"} {
				for n := 1; count < most; n++ {
					if len(sets) == 0 {
						sets = drawn(h, int(everybodyDies), allVictims())
					}
					h.prepare(verb)
					if !h.killAtWrite(verb, n, sets[0]) {
						h.t.Logf("%s makes %d writes", verb, n-1)
						break
					}
					sets = sets[1:]
					count++
				}
			}
		}
		h.converges("stop")
		h.t.Logf("%d rounds", count)
	})
}

// allVictims is every set of one to three.
func allVictims() []victims {
	var all []victims
	for v := supervisorDies; v <= everybodyDies; v++ {
		all = append(all, v)
	}
	return all
}

// prepare brings the home to where a verb has everything to do.
func (h *siege) prepare(verb string) {
	h.t.Helper()
	if verb == "start" {
		h.must(stopSoon, 0)
		return
	}
	h.must([]string{"start"}, 0)
}

// killAtWrite reports false if the command ended before its n-th write.
func (h *siege) killAtWrite(verb string, n int, v victims) bool {
	h.t.Helper()
	writes, stop := watchWrites(h.home)
	defer stop()
	a := h.ask(verb)
	for seen := 0; seen < n; {
		select {
		case <-writes:
			seen++
		case <-a.done:
			if r := h.result(a); r.code != 0 {
				h.t.Fatalf("undisturbed: %s", r)
			}
			return false
		}
	}
	h.strike(a, v)
	h.aftermath(a, v, fmt.Sprintf("write %d of %s", n, verb))
	return true
}

// TestKilledAtRandom does the same at moments that no write marks.
func TestKilledAtRandom(t *testing.T) {
	besiege(t, func(h *siege) {
		n, within := rounds(8), 400*time.Millisecond
		if h.real() {
			n, within = rounds(4), 1500*time.Millisecond
		}
		for range n {
			verb := []string{"start", "stop", "restart"}[h.rand.IntN(3)]
			v := allVictims()[h.rand.IntN(int(everybodyDies))]
			moment := time.Duration(h.rand.Int64N(int64(within)))
			h.prepare(verb)
			a := h.ask(verb)
			select {
			case <-time.After(moment):
			case <-a.done:
			}
			h.strike(a, v)
			h.aftermath(a, v, fmt.Sprintf("%s after %s", verb, moment))
		}
		h.converges("stop")
	})
}

// strike kills in an order that is drawn. Whom the record names dies within a
// fraction of a millisecond; whom it does not name yet is looked for.
func (h *siege) strike(a *runningCommand, v victims) {
	for _, i := range h.rand.Perm(3) {
		switch v & (1 << i) {
		case supervisorDies:
			h.killAny("supervisor", h.supervisors)
		case temporalDies:
			h.killAny("temporal", h.temporals)
		case commandDies:
			a.Process.Kill()
		}
	}
}

func (h *siege) killAny(who string, find func() []int) {
	var pid int
	fmt.Sscan(lookup(decode(h.place.record()), "."+who+".pid"), &pid)
	if pid > 1 && h.owns(pid) {
		h.kill(pid)
		return
	}
	for _, pid := range find() {
		h.kill(pid)
	}
}

// aftermath: the command succeeds all the same if it lives, and the next one converges.
func (h *siege) aftermath(a *runningCommand, v victims, moment string) {
	h.t.Helper()
	r := h.result(a)
	if v&commandDies == 0 && r.code != 0 {
		h.t.Fatalf("%s killed at %s: %s", v, moment, r)
	}
	next := h.anyVerb()
	began := time.Now()
	h.t.Logf("%s killed at %s (%d after %s), then %s", v, moment, r.code, r.took.Round(time.Millisecond), next)
	h.converges(next)
	if took := time.Since(began); took > awaitDefault {
		h.t.Errorf("%s took %s after %s was killed at %s", next, took, v, moment)
	}
}
