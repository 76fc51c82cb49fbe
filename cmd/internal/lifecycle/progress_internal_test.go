package lifecycle

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/statefile"
)

// story is a record whose history grows.
type story struct{ statefile.Document }

// reportedBy is a start that fails for the first time: what happens between two reads of the
// record is reported at the second.
func reportedBy(p *progress) {
	var s story
	s.History = []fsm.Transition{
		{At: s.now() - 1, From: fsm.Healthy, Event: fsm.Stop, To: fsm.Stopping, Cause: "it was so before"},
		{At: s.now() + 3_600_000, From: fsm.Stopping, Event: fsm.Gone, To: fsm.Stopped, Cause: "before the clock was set back"},
	}
	p.saw(s.is(fsm.Stopped, "asked for"))
	time.Sleep(100 * time.Millisecond)
	p.saw(s.goes(fsm.Start, fsm.Locking, "asked for"))
	p.saw(s.is(fsm.Locking, "asked for"))
	time.Sleep(100 * time.Second)
	s.goes(fsm.LockAcquired, fsm.Starting, "the ports are free")
	s.goes(fsm.Spawned, fsm.Starting, "pid 7")
	s.goes(fsm.Exited, fsm.Restarting, "Temporal (pid 7) exited with status 0")
	p.saw(s.goes(fsm.Gone, fsm.Restarting, "the kernel released temporal.lock"))
}

func (*story) now() fsm.Instant { return fsm.Instant(time.Now().UnixMilli()) }

// is has the record say a state, without a transition.
func (s *story) is(state fsm.State, reason string) statefile.Document {
	s.State, s.Reason = state, reason
	return s.Document
}

// goes adds a transition, and has the record say where it leads.
func (s *story) goes(event fsm.Event, to fsm.State, cause string) statefile.Document {
	s.Document = s.Add(fsm.Transition{At: s.now(), From: s.State, Event: event, To: to, Cause: cause})
	return s.is(to, cause)
}

// TestProgressOnATerminal keeps a line for each state, no longer than the terminal
// is wide, and draws the time below in place.
func TestProgressOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress(&out, cli.Voice{}, hclog.NewNullLogger())
		p.beat = make(chan time.Time)
		reportedBy(p)
		time.Sleep(time.Second)
		p.draw()
		var lost story // the history can be
		p.saw(lost.is(fsm.Stopping, strings.Repeat("long ", 50)+"\x1b[31m"))
		p.saw(lost.is(fsm.Stopped, "stopped: asked for"))
		p.done()
		p.saw(lost.is(fsm.Healthy, "late"))
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
		p := newProgress(&out, cli.Voice{}, hclog.NewNullLogger())
		reportedBy(p)
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
		v := cli.Voice{JSON: true}
		p := newProgress(&out, v, v.CommandLog(&out))
		reportedBy(p)
		p.done()
		for _, field := range []string{fmt.Sprintf(`"state":%q`, fsm.Locking), `"elapsed_ms":100,`, `"reason":"asked for"`} {
			if line, _, _ := strings.Cut(out.String(), "\n"); !strings.Contains(line, field) {
				t.Errorf("no %s in %s", field, line)
			}
		}
	})
}
