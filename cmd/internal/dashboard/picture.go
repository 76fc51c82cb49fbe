package dashboard

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stigmer/local/cmd/internal/human"
	"github.com/stigmer/local/fsm"
)

// Picture is the state machine with its current state and the path that it took.
type Picture struct {
	state  fsm.State
	reason string
	arrows []takenArrow
	// visited are the states on the path, the current one included.
	visited []fsm.State
	// cut is a note for a path whose beginning the history has not kept, empty for a whole one.
	cut string
}

// takenArrow is an arrow with how often each of its events was taken.
type takenArrow struct {
	fsm.Arrow
	times map[fsm.Event]int
}

// Draws has the function that prints a picture in each output format.
var Draws = map[string]func(*Picture, io.Writer){"dot": (*Picture).dot, "mermaid": (*Picture).mermaid}

// NewPicture marks the latest run of a history on the machine of the table.
func NewPicture(state fsm.State, reason string, history []fsm.Transition) *Picture {
	p := &Picture{state: state, reason: reason, visited: []fsm.State{state}}
	taken := map[[2]fsm.State]map[fsm.Event]int{}
	run := fsm.LatestRun(history)
	if len(run) > 0 && run[0].From != fsm.Stopped {
		p.cut = fmt.Sprintf("The path shows the last %d transitions, since %s: earlier ones are not kept.", len(run), human.FormatTime(run[0].At))
	}
	for _, t := range run {
		pair := [2]fsm.State{t.From, t.To}
		if taken[pair] == nil {
			taken[pair] = map[fsm.Event]int{}
		}
		taken[pair][t.Event]++
		p.visited = append(p.visited, t.From, t.To)
	}
	for _, arrow := range fsm.Arrows() {
		p.arrows = append(p.arrows, takenArrow{arrow, taken[[2]fsm.State{arrow.From, arrow.To}]})
	}
	return p
}

func (p *Picture) title() string { return string(p.state) + ": " + p.reason }

func (p *Picture) was(state fsm.State) bool { return slices.Contains(p.visited, state) }

func (a takenArrow) taken() bool { return len(a.times) > 0 }

// label is an event with how often it was taken.
func (a takenArrow) label(on fsm.Event) string {
	switch n := a.times[on]; n {
	case 0:
		return string(on)
	case 1:
		return string(on) + " ✓"
	default:
		return fmt.Sprintf("%s ✓%d", on, n)
	}
}

func (a takenArrow) labels() []string {
	var labels []string
	for _, on := range a.On {
		labels = append(labels, a.label(on))
	}
	return labels
}

// The colours of a picture: of the current state, of the path, and of the rest. A marked
// state or arrow differs in more than its colour.
const (
	colourNow  = "#1a7f37"
	colourPath = "#0969da"
	colourRest = "#8c959f"
)

func (p *Picture) dot(out io.Writer) {
	fmt.Fprintf(out, "digraph stigmer {\n  label=%s; labelloc=t; rankdir=TB;\n", quoted(strings.TrimSuffix(p.title()+"\n"+p.cut, "\n")))
	fmt.Fprintf(out, "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [color=%q, fontname=\"sans-serif\", fontsize=10];\n", colourRest)
	for _, state := range fsm.States {
		mark := ""
		switch {
		case state == p.state:
			mark = fmt.Sprintf(" [style=\"rounded,filled\", fillcolor=%q, fontcolor=white, penwidth=3]", colourNow)
		case p.was(state):
			mark = fmt.Sprintf(" [color=%q, penwidth=3]", colourPath)
		}
		fmt.Fprintf(out, "  %s%s;\n", state, mark)
	}
	for _, a := range p.arrows {
		mark := ""
		if a.taken() {
			mark = fmt.Sprintf(", color=%q, penwidth=3", colourPath)
		}
		fmt.Fprintf(out, "  %s -> %s [label=%s%s];\n", a.From, a.To, quoted(strings.Join(a.labels(), "\n")), mark)
	}
	fmt.Fprintln(out, "}")
}

// quoted is a text as DOT's quoted strings have it: nothing but the quote, the
// backslash and the newline is special.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}

// mermaid prints a flowchart, since a state diagram cannot mark an arrow.
func (p *Picture) mermaid(out io.Writer) {
	fmt.Fprintf(out, "%%%% %s\nflowchart TB\n", strings.Join(strings.Fields(p.title()), " "))
	for _, state := range fsm.States {
		fmt.Fprintf(out, "    %s([%s])\n", state, state)
	}
	if p.cut != "" {
		fmt.Fprintf(out, "    cut[%q]\n", p.cut)
	}
	var taken []string
	for i, a := range p.arrows {
		arrow := "-->"
		if a.taken() {
			arrow = "==>"
			taken = append(taken, fmt.Sprint(i))
		}
		fmt.Fprintf(out, "    %s %s|\"%s\"| %s\n", a.From, arrow, strings.Join(a.labels(), "<br>"), a.To)
	}
	if len(taken) > 0 {
		fmt.Fprintf(out, "    linkStyle %s stroke:%s,stroke-width:3px\n", strings.Join(taken, ","), colourPath)
	}
	for _, state := range fsm.States {
		if p.was(state) && state != p.state {
			fmt.Fprintf(out, "    style %s stroke:%s,stroke-width:3px\n", state, colourPath)
		}
	}
	fmt.Fprintf(out, "    style %s fill:%s,color:#fff,stroke-width:3px\n", p.state, colourNow)
}
