package main

import (
	"slices"
	"testing"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		have samples
		want float64
	}{
		{nil, 0}, {samples{7}, 7}, {samples{9, 1, 5}, 5}, {samples{4, 1, 3, 2}, 2.5}, {samples{100, 1, 1, 1, 1}, 1},
	} {
		before := slices.Clone(c.have)
		if got := c.have.median(); got != c.want || !slices.Equal(before, c.have) {
			t.Errorf("median of %v is %v, and not %v; the pairs are now %v", before, got, c.want, c.have)
		}
	}
}

// TestRatiosGoPairByPair: a machine that is ten times slower in the second round changes
// the medians, and no ratio.
func TestRatiosGoPairByPair(t *testing.T) {
	for _, c := range []struct{ ours, bare, want samples }{
		{samples{150, 1500, 150}, samples{100, 1000, 100}, samples{1.5, 1.5, 1.5}},
		{samples{1, 2, 3}, samples{2, 0}, samples{0.5}}, // a pair that is not whole
	} {
		if got := c.ours.ratios(c.bare); !slices.Equal(got, c.want) {
			t.Errorf("%v / %v is %v", c.ours, c.bare, got)
		}
	}
}

func TestCells(t *testing.T) {
	for _, c := range []struct {
		r    row
		want []string // from min on
	}{
		{row{"", "ms", samples{110}, samples{100}, 1.10}, []string{"110", "110", "110", "1.100", "x 1.10", "ok"}},
		{row{"", "ms", samples{116}, samples{100}, 1.15}, []string{"116", "116", "116", "1.160", "x 1.15", "MISSED"}},
		{row{"", "ms", samples{9, 10, 99}, nil, 10}, []string{"9.00", "10.0", "99.0", "-", "10 ms", "ok"}},
		{row{"", "ms", samples{1, 11, 99}, nil, 10}, []string{"1.00", "11.0", "99.0", "-", "10 ms", "MISSED"}},
		{row{"", "%", samples{0.2}, nil, 0.1}, []string{"0.20", "0.20", "0.20", "-", "0.1 %", "MISSED"}},
		{row{"", "ms", samples{-12.34}, nil, 0}, []string{"-12.3", "-12.3", "-12.3", "-", "-", ""}},
		{row{"", "ms", nil, nil, 10}, []string{"-", "-", "-", "-", "10 ms", "not measured"}},
	} {
		if got := c.r.cells()[2:]; !slices.Equal(got, c.want) {
			t.Errorf("%q, not %q", got, c.want)
		}
	}
}
