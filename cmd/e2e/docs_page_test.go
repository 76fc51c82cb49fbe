package e2e_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docsPage is one file of the documentation.
type docsPage struct {
	path  string
	lines []string
}

// said is one command line of a page.
type said struct {
	docsPage *docsPage
	// line is the index of its first line.
	line int
	text string
	// prints is what it is said to print; shown says that it is a session's, as
	// typed after a $.
	prints []string
	shown  bool
}

// pages are README and its like, and all of docs.
func pages(t *testing.T) []*docsPage {
	t.Helper()
	paths, err := filepath.Glob("../../docs/*.md")
	check(t, err)
	var all []*docsPage
	for _, path := range append([]string{"../../README.md", "../../CONTRIBUTING.md", "../../CHANGELOG.md", "../../SECURITY.md"}, paths...) {
		text, err := os.ReadFile(path)
		check(t, err)
		all = append(all, &docsPage{path, strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")})
	}
	return all
}

// block is a range of lines: fenced or indented.
type block struct {
	first, end int
	language   string
}

// blocks finds what is set as code.
func (p *docsPage) blocks() []block {
	var found []block
	for i := 0; i < len(p.lines); i++ {
		if language, ok := strings.CutPrefix(strings.TrimSpace(p.lines[i]), "```"); ok {
			b := block{first: i + 1, language: language}
			for i++; i < len(p.lines) && strings.TrimSpace(p.lines[i]) != "```"; i++ {
			}
			b.end = i
			found = append(found, b)
			continue
		}
		if !indented(p.lines[i]) || i > 0 && strings.TrimSpace(p.lines[i-1]) != "" {
			continue
		}
		b := block{first: i}
		for ; i < len(p.lines) && (indented(p.lines[i]) || p.lines[i] == ""); i++ {
		}
		b.end = i
		i-- // the line behind may begin a block
		found = append(found, b)
	}
	return found
}

func indented(line string) bool {
	return strings.HasPrefix(line, "    ") && strings.TrimSpace(line) != ""
}

// commands are the command lines in blocks, in their order.
func (p *docsPage) commands() []said {
	var found []said
	for _, b := range p.blocks() {
		switch {
		case b.language == "console":
			found = append(found, p.session(b)...)
		case b.language == "text": // a session with programs that no test has
			for _, s := range p.session(b) {
				s.shown = false
				found = append(found, s)
			}
		case b.language == "sh" || b.language == "bash" || b.language == "" && slices.ContainsFunc(p.lines[b.first:b.end], isCommand):
			found = append(found, p.list(b)...)
		}
	}
	return found
}

// session reads a block in which commands stand behind a $, with what they print.
func (p *docsPage) session(b block) []said {
	var found []said
	for i := b.first; i < b.end; i++ {
		if text, ok := strings.CutPrefix(p.lines[i], "$ "); ok {
			found = append(found, said{docsPage: p, line: i, text: text, shown: true})
		} else if n := len(found); n > 0 {
			found[n-1].prints = append(found[n-1].prints, p.lines[i])
		}
	}
	return found
}

// list reads a block of bare command lines. A line that begins with a bracket
// goes on with the one before; what follows two blanks and a # is a remark.
func (p *docsPage) list(b block) []said {
	var found []said
	for i := b.first; i < b.end; i++ {
		text, _, _ := strings.Cut(p.lines[i], "  #")
		text = strings.TrimSpace(text)
		switch n := len(found); {
		case text == "":
		case n > 0 && strings.HasPrefix(text, "["):
			found[n-1].text += " " + text
		default:
			found = append(found, said{docsPage: p, line: i, text: text})
		}
	}
	return found
}

// programs are the first words by which a block is known to be of commands.
var programs = []string{"stigmer", "make", "go", "git", "eval", "temporal", "build/stigmer", "build/bench", ".ci/run", "sudo", "brew", "dpkg", "rpm",
	"cp", "mv", "mkdir", "cd", "export", "kill", "tar", "man", "curl", "systemctl", "launchctl"}

var assignment = regexp.MustCompile(`^\w+=("[^"]*"|\S*)\s+`)

// bare is a command line without the variables that it sets for itself.
func bare(line string) string {
	line = strings.TrimSpace(line)
	for assignment.MatchString(line) {
		line = assignment.ReplaceAllString(line, "")
	}
	return line
}

func isCommand(line string) bool {
	word, _, _ := strings.Cut(bare(line), " ")
	return slices.Contains(programs, word)
}

var span = regexp.MustCompile("(?s)`([^`]+)`")

// mentions are the commands in running text.
func (p *docsPage) mentions() []said {
	text := slices.Clone(p.lines)
	for _, b := range p.blocks() {
		clear(text[b.first:b.end])
	}
	for i, line := range text {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			text[i] = ""
		}
	}
	prose := strings.Join(text, "\n")
	var found []said
	for _, at := range span.FindAllStringSubmatchIndex(prose, -1) {
		words := strings.ReplaceAll(strings.Join(strings.Fields(prose[at[2]:at[3]]), " "), `\|`, "|")
		found = append(found, said{docsPage: p, line: strings.Count(prose[:at[0]], "\n"), text: words})
	}
	return found
}
