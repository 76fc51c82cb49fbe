package cmd

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stigmer/local/fsm"
)

// progressOn is a progress whose history grows by what happens.
func progressOn(p *progress, history *[]fsm.Transition) *progress {
	*history = []fsm.Transition{{At: 1, From: fsm.Healthy, Event: fsm.Gone, To: fsm.Stopped, Cause: "it was so before"}}
	p.began, p.history = time.Now(), func() []fsm.Transition { return *history }
	p.past.news(*history)
	return p
}

// toldBy is a start that fails for the first time: what happens between two looks
// is told at the second.
func toldBy(p *progress, history *[]fsm.Transition) {
	happens := func(from fsm.State, event fsm.Event, to fsm.State, cause string) fsm.Record {
		*history = append(*history, fsm.Transition{At: fsm.Instant(len(*history) + 1), From: from, Event: event, To: to, Cause: cause})
		return fsm.Record{State: to, Reason: cause}
	}
	p.saw(fsm.Record{State: fsm.Stopped, Reason: "asked for"})
	time.Sleep(100 * time.Millisecond)
	p.saw(happens(fsm.Stopped, fsm.Start, fsm.Locking, "asked for"))
	p.saw(fsm.Record{State: fsm.Locking, Reason: "asked for"})
	time.Sleep(100 * time.Second)
	happens(fsm.Locking, fsm.LockAcquired, fsm.Starting, "the ports are free")
	happens(fsm.Starting, fsm.Spawned, fsm.Starting, "pid 7")
	happens(fsm.Starting, fsm.Exited, fsm.Restarting, "Temporal (pid 7) exited with status 0")
	p.saw(happens(fsm.Restarting, fsm.Gone, fsm.Restarting, "the kernel released temporal.lock"))
}

// TestProgressOnATerminal keeps a line for each state, no longer than the terminal
// is wide, and draws the time below in place.
func TestProgressOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		var history []fsm.Transition
		p := progressOn(&progress{out: &out, beat: make(chan time.Time)}, &history)
		toldBy(p, &history)
		time.Sleep(time.Second)
		p.draw()
		history = nil // it can be lost
		p.saw(fsm.Record{State: fsm.Stopping, Reason: strings.Repeat("long ", 50) + "\x1b[31m"})
		p.saw(fsm.Record{State: fsm.Stopped, Reason: "stopped: asked for"})
		p.done()
		p.saw(fsm.Record{State: fsm.Healthy, Reason: "late"})
		const start = "\r\x1b[K"
		want := start + "Locking      0.1s  asked for\n" +
			start + "Starting   100.1s  the ports are free\n" +
			start + "Restarting 100.1s  Temporal (pid 7) exited with status 0\n" +
			start + "           101.1s\r" +
			start + "Stopping   101.1s  " + strings.Repeat("long ", 12) + "…\n" +
			start + "Stopped    101.1s  asked for\n" + start
		if out.String() != want {
			t.Errorf("%q\nnot\n%q", out.String(), want)
		}
	})
}

// TestProgressElsewhere writes the same as plain lines.
func TestProgressElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		var history []fsm.Transition
		p := progressOn(newProgress(&out, voice{}, hclog.NewNullLogger(), func() []fsm.Transition { return nil }), &history)
		toldBy(p, &history)
		p.done()
		want := "Locking      0.1s  asked for\nStarting   100.1s  the ports are free\n" +
			"Restarting 100.1s  Temporal (pid 7) exited with status 0\n"
		if out.String() != want {
			t.Errorf("%q\nnot\n%q", out.String(), want)
		}
	})
}

// TestProgressInJSON has the same in fields.
func TestProgressInJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		v := voice{json: true}
		var history []fsm.Transition
		p := progressOn(&progress{voice: v, log: v.commandLog(&out)}, &history)
		toldBy(p, &history)
		p.done()
		for _, field := range []string{fmt.Sprintf(`"state":%q`, fsm.Locking), `"elapsed_ms":100,`, `"reason":"asked for"`} {
			if line, _, _ := strings.Cut(out.String(), "\n"); !strings.Contains(line, field) {
				t.Errorf("no %s in %s", field, line)
			}
		}
	})
}
