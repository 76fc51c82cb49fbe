package e2e_test

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// temporals returns the servers that run, without the shells that wrap them, and without a
// rehearsed one, which has a database file and ports of its own.
func (h *siege) temporals() []int {
	return slices.DeleteFunc(h.processesOf(" start-dev "), func(pid int) bool {
		line := commandLine(pid)
		return strings.HasPrefix(line, "/bin/sh ") || rehearsed.MatchString(line)
	})
}

// rehearsed is the database's file of a rehearsed Temporal: that of a blueprint, or what is to take the database's place.
var rehearsed = regexp.MustCompile(` --db-filename \S+(/schemas/|\.next-)`)

// supervisors returns the supervisors that run.
func (h *siege) supervisors() []int {
	return slices.DeleteFunc(h.processesOf(" supervise"), func(pid int) bool { return !strings.HasSuffix(strings.TrimRight(commandLine(pid), " "), " supervise") })
}

// guard watches until the test's end that there are never two Temporals, and
// none without its lock.
func (h *siege) guard() {
	stop := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			list := h.temporals()
			if two := h.twoTemporals(list); two != "" {
				h.t.Error(two)
				return
			}
			if pid := h.unlocked(list); pid != 0 {
				h.t.Errorf("a Temporal without a lock, pid %d: %s", pid, commandLine(pid))
				return
			}
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	})
	h.t.Cleanup(func() { close(stop); watch.Wait() })
}

// twoTemporals looks at those that were seen a second time: both were there at once
// only if the first is still there after the second was seen.
func (h *siege) twoTemporals(list []int) string {
	if len(list) < 2 {
		return ""
	}
	// Between fork and exec a child of Temporal looks like Temporal. Parents are read before
	// it is seen which of them lives: a child whose parent has died since has another one.
	parents := map[int]int{}
	for _, pid := range list {
		parents[pid] = parentOf(pid)
	}
	still := slices.DeleteFunc(slices.Clone(list), func(pid int) bool {
		return !h.owns(pid) || slices.Contains(list, parents[pid])
	})
	if len(still) < 2 {
		return ""
	}
	var text strings.Builder
	fmt.Fprintf(&text, "two Temporals at once: %v, then %v", list, still)
	for _, pid := range still {
		fmt.Fprintf(&text, "\n  pid %d: %s", pid, commandLine(pid))
	}
	return text.String()
}

func parentOf(pid int) int {
	text, _ := exec.Command("ps", "-o", "ppid=", "-p", fmt.Sprint(pid)).Output()
	parent, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return parent
}
