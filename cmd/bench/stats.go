package main

import "slices"

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

func (s samples) min() float64 {
	if len(s) == 0 {
		return 0
	}
	return slices.Min(s)
}

func (s samples) max() float64 {
	if len(s) == 0 {
		return 0
	}
	return slices.Max(s)
}

// ratios divides pair by pair: the n-th figure by the n-th of the other. What was
// measured side by side met the same machine, so its noise falls out.
func (s samples) ratios(bare samples) samples {
	var r samples
	for i := range min(len(s), len(bare)) {
		if bare[i] > 0 {
			r = append(r, s[i]/bare[i])
		}
	}
	return r
}
