package dashboard

import (
	"fmt"
	"io"
	"strings"

	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
)

// picture is the state machine with its current state and the path that it took.
type picture struct {
	state fsm.State
	title string
	// taken is how often each row was taken on the path, visited the states on it, the
	// current one included.
	taken   map[step]int
	visited map[fsm.State]bool
	// cut is a note for a path whose beginning the history has not kept, empty for a whole one.
	cut string
}

type step struct {
	from fsm.State
	on   fsm.Event
	to   fsm.State
}

// draws has the function that prints a picture in each output format.
var draws = map[string]func(*picture, io.Writer){"dot": (*picture).dot, "mermaid": (*picture).mermaid}

// newPicture marks the latest run of a history on the machine of the table.
func newPicture(state fsm.State, reason string, history []fsm.Transition) *picture {
	p := &picture{state: state, title: string(state) + ": " + reason, taken: map[step]int{}, visited: map[fsm.State]bool{state: true}}
	run := fsm.LatestRun(history)
	if len(run) > 0 && run[0].From != fsm.Stopped {
		p.cut = fmt.Sprintf("The path shows the last %d transitions, since %s: earlier ones are not kept.", len(run), human.FormatTime(run[0].At))
	}
	for _, t := range run {
		p.taken[step{t.From, t.Event, t.To}]++
		p.visited[t.From], p.visited[t.To] = true, true
	}
	return p
}

// label is an arrow's events, each with how often it was taken, and whether any was.
func (p *picture) label(a fsm.Arrow, separator string) (label string, taken bool) {
	var labels []string
	for _, on := range a.On {
		text := string(on)
		switch n := p.taken[step{a.From, on, a.To}]; {
		case n == 1:
			text, taken = text+" ✓", true
		case n > 1:
			text, taken = fmt.Sprintf("%s ✓%d", on, n), true
		}
		labels = append(labels, text)
	}
	return strings.Join(labels, separator), taken
}

// The colours of a picture: of the current state, of the path, and of the rest. A marked
// state or arrow differs in more than its colour.
const (
	colourNow  = "#1a7f37"
	colourPath = "#0969da"
	colourRest = "#8c959f"
)

func (p *picture) dot(out io.Writer) {
	fmt.Fprintf(out, "digraph stigmer {\n  label=%s; labelloc=t; rankdir=TB;\n", quoted(strings.TrimSuffix(p.title+"\n"+p.cut, "\n")))
	fmt.Fprintf(out, "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [color=%q, fontname=\"sans-serif\", fontsize=10];\n", colourRest)
	for _, state := range fsm.States {
		mark := ""
		switch {
		case state == p.state:
			mark = fmt.Sprintf(" [style=\"rounded,filled\", fillcolor=%q, fontcolor=white, penwidth=3]", colourNow)
		case p.visited[state]:
			mark = fmt.Sprintf(" [color=%q, penwidth=3]", colourPath)
		}
		fmt.Fprintf(out, "  %s%s;\n", state, mark)
	}
	for _, a := range fsm.Arrows() {
		mark := ""
		label, taken := p.label(a, "\n")
		if taken {
			mark = fmt.Sprintf(", color=%q, penwidth=3", colourPath)
		}
		fmt.Fprintf(out, "  %s -> %s [label=%s%s];\n", a.From, a.To, quoted(label), mark)
	}
	fmt.Fprintln(out, "}")
}

// quoted is a text as DOT's quoted strings have it: nothing but the quote, the
// backslash and the newline is special.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}

// mermaid prints a flowchart, since a state diagram cannot mark an arrow.
func (p *picture) mermaid(out io.Writer) {
	fmt.Fprintf(out, "%%%% %s\nflowchart TB\n", strings.Join(strings.Fields(p.title), " "))
	for _, state := range fsm.States {
		fmt.Fprintf(out, "    %s([%s])\n", state, state)
	}
	if p.cut != "" {
		fmt.Fprintf(out, "    cut[%q]\n", p.cut)
	}
	var taken []string
	for i, a := range fsm.Arrows() {
		arrow := "-->"
		label, was := p.label(a, "<br>")
		if was {
			arrow = "==>"
			taken = append(taken, fmt.Sprint(i))
		}
		fmt.Fprintf(out, "    %s %s|\"%s\"| %s\n", a.From, arrow, label, a.To)
	}
	if len(taken) > 0 {
		fmt.Fprintf(out, "    linkStyle %s stroke:%s,stroke-width:3px\n", strings.Join(taken, ","), colourPath)
	}
	for _, state := range fsm.States {
		if p.visited[state] && state != p.state {
			fmt.Fprintf(out, "    style %s stroke:%s,stroke-width:3px\n", state, colourPath)
		}
	}
	fmt.Fprintf(out, "    style %s fill:%s,color:#fff,stroke-width:3px\n", p.state, colourNow)
}
