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
		if got := c.have.median(); got != c.want {
			t.Errorf("median of %v is %v, and not %v", c.have, got, c.want)
		}
		if !slices.Equal(before, c.have) {
			t.Errorf("the median has sorted %v: the pairs are lost", before)
		}
	}
}

func TestExtremes(t *testing.T) {
	s := samples{3, 1, 2}
	if s.min() != 1 || s.max() != 3 || samples(nil).min() != 0 || samples(nil).max() != 0 {
		t.Errorf("min %v, max %v; of none: %v, %v", s.min(), s.max(), samples(nil).min(), samples(nil).max())
	}
}

func TestRatiosGoPairByPair(t *testing.T) {
	// The machine was ten times slower in the second round. Each pair says 1.1;
	// the medians alone would say 5.5.
	ours, bare := samples{110, 1100, 110}, samples{100, 1000, 100}
	for _, r := range ours.ratios(bare) {
		if r < 1.0999 || r > 1.1001 {
			t.Errorf("ratios %v, want 1.1 each", ours.ratios(bare))
		}
	}
	if got := (samples{1, 2, 3}).ratios(samples{2, 0}); !slices.Equal(got, samples{0.5}) {
		t.Errorf("a pair that is not whole counts: %v", got)
	}
}
