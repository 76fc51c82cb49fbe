package install

import "time"

// Limits bound what a server can cost.
type Limits struct {
	// Archive and Program are the largest download and the largest content of an
	// archive, in bytes.
	Archive, Program int64
	// Stall is how long a server may send nothing, Total how long all of it may take.
	Stall, Total time.Duration
	// Tries is how often in a row a download may break off without having got
	// anywhere. Pause is the wait before the second try; it doubles.
	Tries int
	Pause time.Duration
	// Anywhere is how many bytes of progress make a try count as none.
	Anywhere int64
}

// DefaultLimits fit a release of some 60 MiB that unpacks to some 150 MiB, on a
// line that is slow but alive.
func DefaultLimits() Limits {
	return Limits{
		Archive: 512 << 20, Program: 1 << 30,
		Stall: 30 * time.Second, Total: time.Hour,
		Tries: 5, Pause: time.Second, Anywhere: 1 << 20,
	}
}
