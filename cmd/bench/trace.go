package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// span is a line of the picture: what some process did or waited for, in
// microseconds since the trace began.
type span struct {
	process, what string
	from, to      int64
}

// worthSeeing is the shortest span that is drawn, in microseconds.
const worthSeeing = 200

// measureTrace starts a home that has a database and draws where the time went.
func measureTrace(b *bench) section {
	var spans []span
	f := figures{}
	err := attempt(func() {
		spans = b.traceStart()
		for _, what := range []string{"spawn", "SERVING", "namespaces answer", "history and matching answer", ""} {
			f.add(what, until(spans, what))
		}
	})
	return section{
		title:   "One start, millisecond by millisecond",
		intro:   "`start --trace FILE` of a home with an old database: what the command, its supervisor and Temporal did, and waited for.",
		picture: gantt(spans),
		rows: []row{
			{"the command's first instruction to Temporal's spawn", "ms", f["spawn"], nil, 0},
			{"... to SERVING", "ms", f["SERVING"], nil, 0},
			{"... to the namespaces' answer", "ms", f["namespaces answer"], nil, 0},
			{"... to history's and matching's answer", "ms", f["history and matching answer"], nil, 0},
			{"... to the command's end", "ms", f[""], nil, 0},
		},
		notes: []string{fmt.Sprintf("Spans of less than %.1f ms are not drawn. A process's time before its packages were initialised is the processor time that it had used by then.", float64(worthSeeing)/1000)},
	}.endedBy(err)
}

// traceStart makes a database, then traces a start with it.
func (b *bench) traceStart() []span {
	h, path := b.newHome(b.temporal), filepath.Join(b.makeFolder("trace"), "trace.json")
	h.start()
	h.stop()
	b.pause(settleTime)
	h.flags = append(h.flags, "--trace", path)
	h.start()
	h.stop() // the supervisor's last line may be written after start has ended
	return must(readTrace(must(os.ReadFile(path))))
}

// readTrace reads a trace, the spans in the order in which they began.
func readTrace(text []byte) ([]span, error) {
	var events []struct {
		Name, Ph string
		PID      int
		Ts, Dur  int64
		Args     struct{ Name string }
	}
	if err := json.Unmarshal(append(text, ']'), &events); err != nil {
		return nil, fmt.Errorf("read the trace: %w", err)
	}
	names := map[int]string{}
	var spans []span
	for _, e := range events {
		if e.Ph == "M" {
			names[e.PID] = e.Args.Name
		}
	}
	for _, e := range events {
		if e.Ph == "X" {
			spans = append(spans, span{names[e.PID], e.Name, e.Ts, e.Ts + e.Dur})
		}
	}
	if len(spans) == 0 {
		return nil, fmt.Errorf("the trace has no spans")
	}
	slices.SortStableFunc(spans, func(a, b span) int { return int(a.from - b.from) })
	began := spans[0].from
	for i := range spans {
		spans[i].from, spans[i].to = spans[i].from-began, spans[i].to-began
	}
	return spans, nil
}

// until is when a span ended for the first time, in milliseconds; of "" the last of all.
func until(spans []span, what string) float64 {
	last := int64(0)
	for _, s := range spans {
		if s.what == what {
			return inMillis(time.Duration(s.to) * time.Microsecond)
		}
		last = max(last, s.to)
	}
	return inMillis(time.Duration(last) * time.Microsecond)
}

// gantt draws spans as a Mermaid diagram. It knows no unit below the millisecond,
// so that a microsecond is drawn as one, and the axis, in its seconds, has milliseconds.
func gantt(spans []span) string {
	var b strings.Builder
	b.WriteString("```mermaid\ngantt\n    dateFormat x\n    axisFormat %s ms\n")
	var processes []string
	for _, s := range spans {
		if !slices.Contains(processes, s.process) {
			processes = append(processes, s.process)
		}
	}
	word := strings.NewReplacer(":", "", ";", "", "#", "", ",", "")
	for _, process := range processes {
		fmt.Fprintf(&b, "    section %s\n", word.Replace(process))
		for _, s := range spans {
			if s.process == process && s.to-s.from >= worthSeeing {
				fmt.Fprintf(&b, "    %s (%.1f ms) :%d, %d\n", word.Replace(s.what), float64(s.to-s.from)/1000, s.from, s.to)
			}
		}
	}
	b.WriteString("```")
	return b.String()
}
