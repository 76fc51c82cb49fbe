package fsm

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Stories are text files in which one line is one input, and what the machine
// answers stands below it, indented. They are read by people and by these tests:
//
//	# a comment: what the story is about
//	> INPUT [WORD | NAME=NUMBER-OR-WORD]... [: one sentence]
//	  what came of it, written by -update
//
// The words that a supervisor's story knows (testdata/stories):
//
//	begin         a new driver goes on from a record. state=Healthy desired=running
//	              hold=free|ours|remnant|foreign pid=N (the recorded Temporal)
//	              created, served (the database's birth), version=V (of the CLI
//	              that served on it), unserved=N, gen=N, setup (one is wanted), now (the driver is to stop it at once)
//	EVENT         any event of the machine, or probed, probe_due, deposed. Words:
//	              late (its Seq or Run is an older one), fresh, file=NAME changes=N (of the database), live, ready, waits,
//	              tardy (it follows one that waits), took=MS, delayed=MS (of the answer to a probe), version=V, pid=N, grace=MS, code=N or signal=NAME (how the leader exited;
//	              neither: the kernel reported no status)
//	after=MS      with any of them: so much time has passed since the last input
//	savefails     with any of them: the first required save fails, and what
//	              follows it is dropped, as PerformAll does
//
// The words that a command's story knows (testdata/commands):
//
//	open          the command begins. verb=start|stop|restart port=N patience=MS
//	              grace=MS now given=NAMES nobin (no Temporal CLI was found)
//	won, busy     supervisor.lock is won, or held. state= desired= gen= inc= port=
//	              failed=EVENT hold= (won) driver=PID suspended outdated
//	              unnamed supervisor=PID (busy; the record's, else it is the driver)
//	              setup=pending|applied|failed (one is wanted)
//	              holder (a foreign process: of temporal.lock with won, of supervisor.lock with busy)
//	handed, nothanded, drove, proven, unproven, timeout, noanswer, broken
//	              with the same words for the record
type line struct {
	input  string
	words  map[string]string
	detail string
}

func (l line) has(word string) bool { _, ok := l.words[word]; return ok }

func (l line) number(t *testing.T, word string, otherwise int) int {
	t.Helper()
	if !l.has(word) {
		return otherwise
	}
	n, err := strconv.Atoi(l.words[word])
	if err != nil {
		t.Fatalf("%s: %s=%q is not a number", l.input, word, l.words[word])
	}
	return n
}

func (l line) word(word, otherwise string) string {
	if l.has(word) {
		return l.words[word]
	}
	return otherwise
}

// check refuses a word that the story's kind does not know: a misspelt one would
// silently make it another story.
func (l line) check(t *testing.T, known string) {
	t.Helper()
	for word := range l.words {
		if !Names(known).Has(word) {
			t.Fatalf("> %s: unknown word %q", l.input, word)
		}
	}
}

func parseLine(text string) line {
	l := line{words: map[string]string{}}
	head, detail, _ := strings.Cut(text, " : ")
	l.detail = detail
	for i, word := range strings.Fields(head) {
		name, value, _ := strings.Cut(word, "=")
		if i == 0 {
			l.input = word
		} else {
			l.words[name] = value
		}
	}
	return l
}

// playStories plays every story of a folder. Each file gets its own player, which answers one input
// line with the lines of what came of it.
func playStories(t *testing.T, folder string, newPlayer func(*testing.T) func(line) []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories in testdata/%s (%v)", folder, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			check(t, err)
			golden(t, file, replay(string(text), newPlayer(t)))
		})
	}
}

// replay keeps comments, empty lines and inputs, and replaces what came of them.
func replay(story string, answer func(line) []string) string {
	var out strings.Builder
	for text := range strings.Lines(story) {
		text = strings.TrimRight(text, "\n")
		if strings.HasPrefix(text, "  ") {
			continue
		}
		fmt.Fprintln(&out, text)
		input, ok := strings.CutPrefix(text, "> ")
		if !ok {
			continue
		}
		for _, outcome := range answer(parseLine(input)) {
			fmt.Fprintln(&out, "  "+outcome)
		}
	}
	return out.String()
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return fmt.Sprintf("line %d\n  file: %s\n  now:  %s", i+1, x, y)
		}
	}
	return ""
}
