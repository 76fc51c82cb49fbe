package e2e_test

import (
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// stoppedByAnother is what a start or a restart says that another command undid.
var stoppedByAnother = regexp.MustCompile(`stigmer: another command stopped Temporal while this one waited for it`)

// killed is what it may say besides where Temporals and supervisors are killed: the
// budget of restarts was spent, or none of its supervisors lived to say anything.
var killed = regexp.MustCompile(`stigmer: (Temporal could not be started: Temporal (ended \d+ times in a row before it ever served|was restarted \d+ times within )|the supervisor could not be started: )`)

// stormOf is how many commands a storm has; each round of STIGMER_SOAK adds ten.
func stormOf() int32 { return int32(40 + 10*rounds(0)) }

// TestStorm lets commands run side by side on one home while supervisors,
// Temporals and commands are killed. There are never two Temporals, no command
// hangs or crashes, each stop and each state that lives succeeds, a start fails for a
// reason that a race gives, and after it one start and one stop set everything right.
func TestStorm(t *testing.T) {
	besiege(t, func(h *siege) {
		h.storm(true)
		h.up()
		h.down()
	})
}

// TestCrowd is the same without the killing: here every stop and every state
// must succeed, and a start fails only if another command stopped Temporal.
func TestCrowd(t *testing.T) {
	besiege(t, func(h *siege) {
		h.storm(false)
		h.up()
		h.down()
	})
}

// storm runs four workers and, if it kills, one killer.
func (h *siege) storm(kills bool) {
	if !h.real() { // what commands do to each other is what the race detector is for
		h.bin = filepath.Join(programFolder(), "stigmer")
	}
	var workers, killer sync.WaitGroup
	var count, killed atomic.Int32
	over := make(chan struct{})
	for range 4 {
		random := rand.New(rand.NewPCG(h.rand.Uint64(), 0))
		workers.Go(func() {
			for count.Add(1) <= stormOf() && !h.t.Failed() {
				h.gust(random, kills)
			}
		})
	}
	if kills {
		random := rand.New(rand.NewPCG(h.rand.Uint64(), 0))
		killer.Go(func() {
			for !isClosed(over) {
				<-time.After(time.Duration(random.IntN(400)) * time.Millisecond) // the moments are what is tried
				if list := h.processes(); len(list) > 0 {
					h.kill(list[random.IntN(len(list))])
					killed.Add(1)
				}
			}
		})
	}
	workers.Wait()
	close(over)
	killer.Wait()
	h.t.Logf("%d commands, %d killed", stormOf(), killed.Load())
}

// gust is one command of a storm.
func (h *siege) gust(random *rand.Rand, kills bool) {
	verb := []string{"start", "start", "stop", "restart", "state"}[random.IntN(5)]
	r := h.run(verb)
	allowed := map[string][]int{"start": {0, 1}, "restart": {0, 1}, "stop": {0}, "state": {0, 3, 8, 9}}[verb]
	if kills {
		allowed = append(allowed, -1) // it was killed itself
	}
	if !slices.Contains(allowed, r.code) {
		h.t.Errorf("not one of %v: %s", allowed, r)
	}
	if r.code == 1 && !stoppedByAnother.MatchString(r.out) && !(kills && killed.MatchString(r.out)) {
		h.t.Errorf("no reason that a race gives: %s", r)
	}
}
