package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

// section is a table of the report with its heading, a few words before it, and what is
// to be known about its figures after it.
type section struct {
	title, intro string
	// picture is a diagram below the intro.
	picture string
	rows    []row
	notes   []string
	// troubles say what could not be measured, and why.
	troubles []string
}

// endedBy is the section if err ended its measurement: no figure of it counts.
func (s section) endedBy(err error) section {
	if err != nil {
		s.troubles = append(s.troubles, s.title+": "+strings.Join(strings.Fields(err.Error()), " "))
		for i := range s.rows {
			s.rows[i] = row{what: s.rows[i].what, unit: s.rows[i].unit}
		}
	}
	return s
}

// text is the section as a page has it.
func (s section) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", s.title)
	for _, block := range []string{s.intro, s.picture} {
		if block != "" {
			fmt.Fprintf(&b, "%s\n\n", block)
		}
	}
	fmt.Fprintln(&b, "| what | unit | min | median | max | ratio | budget |  |")
	fmt.Fprintln(&b, "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |")
	for _, r := range s.rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(r.cells(), " | "))
	}
	if notes := factsText(s.notes) + factsText(s.troubles); notes != "" {
		fmt.Fprintf(&b, "\n%s", notes)
	}
	return b.String()
}

// factsText is a list.
func factsText(facts []string) (text string) {
	for _, fact := range facts {
		text += "- " + fact + "\n"
	}
	return text
}

// between puts text between the two markers of a page that have a name, and keeps all
// else. A page without exactly one of each, in order, is refused.
func between(page, name, text string) (string, error) {
	begin, end := fmt.Sprintf("<!-- %s: begin (written by make bench) -->", name), fmt.Sprintf("<!-- %s: end -->", name)
	before, rest, found := strings.Cut(page, begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended || strings.Contains(rest, begin) || strings.Contains(after, end) {
		return "", fmt.Errorf("it must have one line %q and, after it, one line %q", begin, end)
	}
	return before + begin + "\n" + strings.TrimRight(text, "\n") + "\n" + end + after, nil
}

// writeFigures rewrites what stands between the markers of the page at path: all or
// nothing.
func writeFigures(path, name, text string) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	written, err := between(string(page), name, text)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return renameio.WriteFile(path, []byte(written), 0o644, renameio.WithTempDir(filepath.Dir(path)))
}
