package inspect

import (
	"cmp"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/files"
)

// Skew is how a supervisor's program differs from this command's.
type Skew string

// The skews. A start replaces an older supervisor and no other.
const (
	skewNone    Skew = ""
	skewOlder   Skew = "older"
	skewNewer   Skew = "newer"
	skewUnknown Skew = "unordered" // another version, older or newer: which is not known
)

// skewOf holds a supervisor's version against this program's. Versions are put
// into an order by rank alone, so of two programs at most one replaces the
// other's supervisor, and a ring of programs that replace each other cannot be.
//
// Where rank gives no order, as for (devel), a bare commit or two dirty trees,
// only inPlace decides: the file that the supervisor was started from is this
// program now. That happens when a program is built or installed anew, and not
// again before it is built anew: two programs side by side never do it.
func skewOf(own, theirs string, inPlace func() bool) Skew {
	order := 0
	if ours, ok := rankOf(own); ok {
		if other, ok := rankOf(theirs); ok {
			order = other.compare(ours)
		}
	}
	switch {
	case order < 0:
		return skewOlder
	case order > 0:
		return skewNewer
	case own == theirs && settled(own):
		return skewNone
	case inPlace():
		return skewOlder
	case own == theirs:
		return skewNone
	}
	return skewUnknown
}

// rank is what versions are ordered by: a semantic version, and how many commits
// git describe counts after it. A dirty tree and the name of a commit say nothing
// about the order and have no part in it.
type rank struct {
	version string
	commits int
}

// rankOf reads a version; false for one that has no place in the order.
func rankOf(version string) (rank, bool) {
	r := described(strings.TrimSuffix(version, "-dirty"))
	if !strings.HasPrefix(r.version, "v") {
		r.version = "v" + r.version
	}
	// A commit's name may be all digits: only what has three numbers is a version.
	core, _, _ := strings.Cut(r.version, "-")
	return r, semver.IsValid(r.version) && strings.Count(core, ".") >= 2
}

// described takes v1.2.0-3-gabcdef0 apart, as git describe has put it together.
func described(version string) rank {
	i := strings.LastIndex(version, "-g")
	if i < 0 || strings.Trim(version[i+2:], "0123456789abcdef") != "" {
		return rank{version: version}
	}
	j := strings.LastIndex(version[:i], "-")
	commits, err := strconv.ParseUint(version[j+1:i], 10, 31)
	if j < 0 || err != nil {
		return rank{version: version}
	}
	return rank{version[:j], int(commits)}
}

func (r rank) compare(other rank) int {
	if order := semver.Compare(r.version, other.version); order != 0 {
		return order
	}
	return r.commits - other.commits
}

// settled reports whether two programs that both call themselves so are the same.
func settled(version string) bool {
	return version != "" && version != "(devel)" && !strings.HasSuffix(version, "dirty")
}

// SkewFrom is the skew of a running supervisor, as the record names it.
func SkewFrom(supervisor fsm.Process) Skew {
	return skewOf(cli.OwnVersion(), supervisor.Version, func() bool { return files.RunsFormer(supervisor) })
}

// Outdated is what a start goes by. A supervisor in the foreground belongs to the
// terminal or the service that runs it, and is left to them.
func Outdated(supervisor fsm.Process) bool {
	return SkewFrom(supervisor) == skewOlder && evidence.InBackground(supervisor)
}

// SkewWords says what a skew means, as the end of a sentence about the supervisor,
// empty for none.
func SkewWords(s Skew, supervisor fsm.Process) string {
	says := "stigmer " + cmp.Or(supervisor.Version, "(of a version that is not recorded)") + ", this is " + cli.OwnVersion()
	switch s {
	case skewNone:
		return ""
	case skewNewer:
		return says + ": it is newer and left alone"
	case skewUnknown:
		return says + ": which is newer is not known, so it is left alone; restart replaces it"
	}
	if !evidence.InBackground(supervisor) {
		return says + ": it is older; it runs in the foreground and is left to the user who runs it there"
	}
	if supervisor.Version == cli.OwnVersion() {
		says += ", built anew in the same place"
	}
	return says + ": it is older; start replaces it, and Temporal serves on"
}

// Skew is how the supervisor that was seen differs from this command, as far as
// the record names it.
func (s *Snapshot) Skew() Skew {
	if r := s.Document.Supervisor; s.Driver.PID != 0 && s.Driver.Same(r) {
		return SkewFrom(r)
	}
	return skewNone
}

func (s *Snapshot) skewNote() string { return SkewWords(s.Skew(), s.Document.Supervisor) }
