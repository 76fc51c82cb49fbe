package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
)

// The figures stand between these two lines of the page; what is around them is
// written by hand and kept.
const (
	beginFigures = "<!-- figures: begin (written by make bench) -->"
	endFigures   = "<!-- figures: end -->"
)

// section is a table of the report with its heading, a few words before it and
// what is to be known about its figures after it.
type section struct {
	title, intro string
	// picture stands below the words, in the page alone.
	picture string
	rows    []row
	notes   []string
	// absent says what could not be measured because it is not installed.
	absent []string
}

// troubles lists what could not be measured.
func troubles(sections []section) []string {
	var list []string
	for _, s := range sections {
		for _, r := range s.rows {
			if r.trouble != "" {
				list = append(list, r.what+": "+r.trouble)
			}
		}
	}
	return list
}

// figuresText is the part of the page that is generated.
func figuresText(where []string, sections []section) string {
	var b strings.Builder
	for _, fact := range where {
		fmt.Fprintf(&b, "- %s\n", fact)
	}
	for _, s := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n", s.title)
		if s.intro != "" {
			fmt.Fprintf(&b, "%s\n\n", s.intro)
		}
		if s.picture != "" {
			fmt.Fprintf(&b, "%s\n", s.picture)
		}
		if len(s.rows) > 0 {
			markdown(&b, s.rows)
		}
		notes := slices.Concat(s.notes, s.absent)
		if len(notes) > 0 {
			fmt.Fprintln(&b)
		}
		for _, note := range notes {
			fmt.Fprintf(&b, "- %s\n", note)
		}
	}
	if list := troubles(sections); len(list) > 0 {
		fmt.Fprintf(&b, "\nNot measured:\n\n")
		for _, t := range list {
			fmt.Fprintf(&b, "- %s\n", strings.Join(strings.Fields(t), " "))
		}
	}
	return b.String()
}

// between puts text between the two markers of a page and keeps all else. A page
// without exactly one of each, in order, is refused: there is nowhere to write to.
func between(page, text string) (string, error) {
	before, rest, found := strings.Cut(page, beginFigures)
	_, after, ended := strings.Cut(rest, endFigures)
	if !found || !ended || strings.Contains(rest, beginFigures) || strings.Contains(after, endFigures) {
		return "", fmt.Errorf("it must have one line %q and, after it, one line %q", beginFigures, endFigures)
	}
	return before + beginFigures + "\n" + strings.TrimRight(text, "\n") + "\n" + endFigures + after, nil
}

// writeFigures rewrites the page at path, whole or not at all.
func writeFigures(path, text string) error {
	page, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		page, err = []byte("# Performance\n\n"+beginFigures+"\n"+endFigures+"\n"), nil
	}
	if err != nil {
		return err
	}
	written, err := between(string(page), text)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return renameio.WriteFile(path, []byte(written), 0o644, renameio.WithTempDir(filepath.Dir(path)))
}
