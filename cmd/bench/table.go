package main

import (
	"slices"
	"strconv"
)

// samples are the figures of one row, in the order in which they were taken. Their
// unit is the row's.
type samples []float64

// median is the middle figure, or the mean of the two in the middle, 0 for none.
func (s samples) median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// ratios divides pair by pair: the n-th figure by the n-th of the other. What was
// measured side by side met the same machine, so its noise falls out.
func (s samples) ratios(bare samples) (r samples) {
	for i := range min(len(s), len(bare)) {
		if bare[i] > 0 {
			r = append(r, s[i]/bare[i])
		}
	}
	return r
}

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
}

// cells are what a line shows.
func (r row) cells() []string {
	f := r.figures
	have, ratio, limit, verdict := f.median(), "-", "-", ""
	if r.bare != nil {
		have = f.ratios(r.bare).median()
		ratio = strconv.FormatFloat(have, 'f', 3, 64)
	}
	if r.budget != 0 {
		limit, verdict = strconv.FormatFloat(r.budget, 'f', -1, 64)+" "+r.unit, "ok"
		if r.bare != nil {
			limit = "x " + strconv.FormatFloat(r.budget, 'f', 2, 64)
		}
		if have > r.budget {
			verdict = "MISSED"
		}
	}
	if len(f) == 0 {
		return []string{r.what, r.unit, "-", "-", "-", "-", limit, "not measured"}
	}
	return []string{r.what, r.unit, digits(slices.Min(f)), digits(f.median()), digits(slices.Max(f)), ratio, limit, verdict}
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
