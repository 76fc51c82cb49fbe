package main

import (
	"context"
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
func measureTrace(ctx context.Context, b *bench) section {
	s := section{title: "One start, millisecond by millisecond", intro: "`start --trace FILE` of a home with an old database: what the command, its supervisor and Temporal did, and waited for."}
	spans, err := b.traceStart(ctx)
	if err != nil {
		s.rows = []row{{what: "a traced start", unit: "ms", trouble: err.Error()}}
		return s
	}
	s.picture = gantt(spans)
	s.rows = []row{
		{what: "the command's first instruction to Temporal's spawn", unit: "ms", figures: samples{until(spans, "spawn")}},
		{what: "... to SERVING", unit: "ms", figures: samples{until(spans, "SERVING")}},
		{what: "... to the namespaces' answer", unit: "ms", figures: samples{until(spans, "namespaces answer")}},
		{what: "... to history's and matching's answer", unit: "ms", figures: samples{until(spans, "history and matching answer")}},
		{what: "... to the command's end", unit: "ms", figures: samples{until(spans, "")}},
	}
	s.notes = []string{fmt.Sprintf("Spans of less than %.1f ms are not drawn. A process's time before its packages were initialised is the processor time that it had used by then.", float64(worthSeeing)/1000)}
	return s
}

// traceStart makes a database, then traces a start with it.
func (b *bench) traceStart(ctx context.Context) ([]span, error) {
	h, err := b.newHome(b.temporal)
	if err != nil {
		return nil, err
	}
	folder, err := b.makeFolder("trace")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "trace.json")
	if _, err := h.start(ctx); err != nil {
		return nil, err
	}
	if _, err := h.stop(ctx); err != nil {
		return nil, err
	}
	if err := pause(ctx, settle); err != nil {
		return nil, err
	}
	h.flags = append(h.flags, "--trace", path)
	if _, err := h.start(ctx); err != nil {
		return nil, err
	}
	// The supervisor's last line may be written after the command's end.
	if _, err := h.stop(ctx); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return readTrace(text)
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
	b.WriteString("```\n")
	return b.String()
}
