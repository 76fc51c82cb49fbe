package dashboard

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/cmd/internal/inspect"
	"github.com/stigmer/local/fsm"
)

// wasSeen is the event of a line that no supervisor has recorded: the first one, and each
// change while none is at work.
const wasSeen fsm.Event = "seen"

// journal prints a line for each transition.
type journal struct {
	out  io.Writer
	json bool
	// begun says that the first line is printed; state is what the last line led to.
	begun bool
	past  inspect.Past
	state fsm.State
}

// follow prints until ctx ends, or the state cannot be observed.
func (j *journal) follow(ctx context.Context, path string) error {
	watcher := inspect.NewChangeWatcher(ctx, path) // before the first snapshot
	for {
		seen := inspect.TakeSnapshot(path)
		if seen.Trouble != nil {
			return inspect.CannotTell(seen.Trouble)
		}
		if err := j.printNews(seen, time.Now().Truncate(time.Millisecond)); err != nil {
			return err
		}
		if !watcher.Wait(ctx, seen) {
			return nil
		}
	}
}

// printNews prints what is new in a snapshot.
func (j *journal) printNews(s *inspect.Snapshot, now time.Time) error {
	d, history := s.Diagnosis(), s.Document.History
	if !j.begun {
		j.begun, j.state = true, d.State
		j.past.News(history)
		return j.print(inspect.HistoryReport{At: now.UTC(), From: d.State, Event: wasSeen, To: d.State, Cause: d.Reason})
	}
	for _, t := range j.past.News(history) {
		if err := j.print(inspect.HistoryReport{At: human.ToTime(t.At), From: t.From, Event: t.Event, To: t.To, Cause: t.Cause}); err != nil {
			return err
		}
		j.state = t.To
	}
	// A supervisor that is at work records what happens; a moment before it does is no news.
	if awake := s.Driver.PID != 0 && !s.Suspended; awake || d.State == j.state {
		return nil
	}
	from := j.state
	j.state = d.State
	return j.print(inspect.HistoryReport{At: now.UTC(), From: from, Event: wasSeen, To: d.State, Cause: d.Reason})
}

func (j *journal) print(line inspect.HistoryReport) error {
	if j.json {
		encoder := json.NewEncoder(j.out)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(line)
	}
	_, err := fmt.Fprintf(j.out, "%s  %-10s  %-16s  -> %-10s  %s\n", line.At.Local().Format("2006-01-02 15:04:05.000"), line.From, line.Event, line.To, line.Cause)
	return err
}
