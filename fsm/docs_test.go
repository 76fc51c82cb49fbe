package fsm

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// docsHeader is all of docs/STATES.md that is written by hand.
const docsHeader = `# States, events, transitions

Generated from the two tables of package fsm, Table and CommandTable, and from their events. Do not edit: change those and run
` + "`go test ./fsm -run TestStatesPage -update`" + `, and commit it only if you understand what caused each change.
`

// The page is generated, so that what is documented is what happens.
func TestStatesPage(t *testing.T) {
	var page strings.Builder
	page.WriteString(docsHeader)
	diagram(&page)
	transitions(&page)
	eventTable(&page)
	actionTable(&page, "Actions", Table, func(row Row) []Action { return row.Do }, Phrases)
	ignoredPairs(&page)
	commandDiagram(&page)
	commandRows(&page)
	commandEvents(&page)
	actionTable(&page, "Actions of commands", CommandTable, func(row CommandRow) []CommandAction { return row.Do }, CommandPhrases)
	golden(t, "../docs/STATES.md", page.String())
}

// promised looks whether docs/RELIABILITY.md says a figure as it is.
func promised(t *testing.T, figure string) {
	t.Helper()
	page, err := os.ReadFile("../docs/RELIABILITY.md")
	check(t, err)
	if !strings.Contains(string(page), figure) {
		t.Errorf("docs/RELIABILITY.md does not say %q", figure)
	}
}

func diagram(page *strings.Builder) {
	fmt.Fprint(page, "\n```mermaid\nstateDiagram-v2\n    [*] --> Stopped\n")
	for _, arrow := range Arrows() {
		fmt.Fprintf(page, "    %s --> %s: %s\n", arrow.From, arrow.To, joined(arrow.On))
	}
	fmt.Fprint(page, "```\n")
}

func transitions(page *strings.Builder) {
	fmt.Fprint(page, "\n## Transitions\n\nIn each row the record that names the new state is saved before the actions. Before lock it is saved only if lock has to wait: the kernel releases a lock if its owner dies.\n")
	for _, state := range States {
		fmt.Fprintf(page, "\n### %s\n\n| event | leads to | actions | why |\n| --- | --- | --- | --- |\n", state)
		for _, row := range Table {
			if row.From == state {
				fmt.Fprintf(page, "| %s | %s | %s | %s |\n", row.On, row.To, joined(row.Do), cell(row.Why))
			}
		}
	}
}

// commandDiagram leaves out the two events that end a command in any phase, and those
// that leave the phase as it is.
func commandDiagram(page *strings.Builder) {
	fmt.Fprint(page, "\n# Commands: phases, events, steps\n\nstop and restart begin in StopTrying, start in StartTrying. Each input of a command is classified into one event. "+
		"The picture leaves out what keeps the phase, "+string(SystemRefused)+" and "+string(PatienceOver)+".\n"+
		"\n```mermaid\nstateDiagram-v2\n    [*] --> StopTrying\n    [*] --> StartTrying\n")
	for _, from := range Phases {
		for _, to := range Phases {
			var on []CommandEvent
			for _, info := range CommandEvents {
				row, ok := FindCommandRow(from, info.Event)
				if ok && row.To == to && from != to && info.Event != SystemRefused && info.Event != PatienceOver {
					on = append(on, info.Event)
				}
			}
			if len(on) > 0 {
				fmt.Fprintf(page, "    %s --> %s: %s\n", from, to, joined(on))
			}
		}
	}
	fmt.Fprint(page, "```\n")
}

func commandRows(page *strings.Builder) {
	fmt.Fprint(page, "\n## Steps\n\nAn event without a row in a phase is ignored there; the last column of the next table says why. A dash keeps the phase.\n"+
		"\n| event | in | leads to | actions | ends | why |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, row := range CommandTable {
		from := joined(row.From)
		if len(row.From) == len(Phases)-1 {
			from = "every phase but Done"
		}
		fmt.Fprintf(page, "| %s | %s | %s | %s | %s | %s |\n", row.On, from, dash(row.To), dash(joined(row.Do)), dash(row.Result), cell(row.Why))
	}
}

func dash[S ~string](text S) string {
	if text == "" {
		return "-"
	}
	return string(text)
}

func commandEvents(page *strings.Builder) {
	fmt.Fprint(page, "\n## Events of commands\n\n| event | what was observed | elsewhere it is ignored, as |\n| --- | --- | --- |\n")
	for _, info := range CommandEvents {
		fmt.Fprintf(page, "| %s | %s | %s |\n", info.Event, cell(info.Means), cell(info.Otherwise))
	}
}

func joined[S ~string](names []S) string {
	var words []string
	for _, name := range names {
		words = append(words, string(name))
	}
	return strings.Join(words, ", ")
}

func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

func eventTable(page *strings.Builder) {
	fmt.Fprint(page, "\n## Events\n\n| event | kind | what has happened |\n| --- | --- | --- |\n")
	for _, info := range Events {
		fmt.Fprintf(page, "| %s | %s | %s |\n", info.Event, info.Kind, cell(info.Means))
	}
}

// actionTable lists the actions of a table's rows, each once.
func actionTable[R any, A ~string](page *strings.Builder, heading string, table []R, does func(R) []A, phrases map[A]string) {
	fmt.Fprintf(page, "\n## %s\n\n| action | what is done |\n| --- | --- |\n", heading)
	seen := map[A]bool{}
	for _, row := range table {
		for _, action := range does(row) {
			if !seen[action] {
				seen[action] = true
				fmt.Fprintf(page, "| %s | %s |\n", action, cell(phrases[action]))
			}
		}
	}
}

func ignoredPairs(page *strings.Builder) {
	fmt.Fprint(page, "\n## Ignored\n\nEvery other pair of an event and a state is ignored, and why:\n\n| event | in | why |\n| --- | --- | --- |\n")
	for _, info := range Events {
		var whys []string
		where := map[string][]string{}
		for _, state := range States {
			if _, ok := Find(state, info.Event); ok {
				continue
			}
			why := Reason(state, info.Event)
			if where[why] == nil {
				whys = append(whys, why)
			}
			where[why] = append(where[why], string(state))
		}
		for _, why := range whys {
			fmt.Fprintf(page, "| %s | %s | %s |\n", info.Event, strings.Join(where[why], ", "), cell(why))
		}
	}
}
