package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// row is one line of the report.
type row struct {
	what string
	// unit is that of the figures: "ms", "MB" or "%".
	unit    string
	figures samples
	// bare are the figures that these are held against, pair by pair; nil for none.
	bare samples
	// budget is the most that the ratio may be where there is something to compare
	// with, else the most that the median may be. 0 means that none is set.
	budget float64
	// trouble is why the row could not be measured, empty if it was.
	trouble string
}

// heads name the columns of cells.
var heads = []string{"what", "unit", "min", "median", "max", "ratio", "budget", ""}

// cells are what a line shows.
func (r row) cells() []string {
	if r.trouble != "" || len(r.figures) == 0 {
		return []string{r.what, r.unit, "-", "-", "-", "-", r.limit(), "not measured"}
	}
	f := r.figures
	return []string{r.what, r.unit, digits(f.min()), digits(f.median()), digits(f.max()), r.ratioText(), r.limit(), r.verdict()}
}

// ratio is the median of the pairs' ratios, 0 where there is nothing to compare with.
func (r row) ratio() float64 { return r.figures.ratios(r.bare).median() }

func (r row) ratioText() string {
	if r.bare == nil {
		return "-"
	}
	return strconv.FormatFloat(r.ratio(), 'f', 3, 64)
}

func (r row) limit() string {
	switch {
	case r.budget == 0:
		return "-"
	case r.bare != nil:
		return "x " + strconv.FormatFloat(r.budget, 'f', 2, 64)
	}
	return strconv.FormatFloat(r.budget, 'f', -1, 64) + " " + r.unit
}

// verdict holds the figures against the budget.
func (r row) verdict() string {
	have := r.figures.median()
	if r.bare != nil {
		have = r.ratio()
	}
	switch {
	case r.budget == 0:
		return ""
	case have <= r.budget:
		return "ok"
	}
	return "MISSED"
}

// digits shows three significant ones, as more would be noise.
func digits(f float64) string {
	switch {
	case f >= 100 || f <= -100:
		return strconv.FormatFloat(f, 'f', 0, 64)
	case f >= 10 || f <= -10:
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'f', 2, 64)
}

// printTable writes the rows for a terminal.
func printTable(out io.Writer, rows []row) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(heads, "\t"))
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r.cells(), "\t"))
	}
	return w.Flush()
}

// markdown writes the rows as a table of a Markdown page.
func markdown(out io.Writer, rows []row) {
	line := func(cells []string) { fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | ")) }
	line(heads)
	fmt.Fprintln(out, "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |")
	for _, r := range rows {
		cells := r.cells()
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
		}
		line(cells)
	}
}
