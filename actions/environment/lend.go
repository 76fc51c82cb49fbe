package environment

import (
	"path"
	"slices"
	"strings"

	"github.com/stigmer/local/fsm"
	"github.com/stigmer/local/probes/proc"
)

// Limit, in bytes, is the most that a record has room for. An environment of this size
// with each byte escaped to six still fits beside a full history (statefile.Encode).
const Limit = 128 << 10

// Lend returns what Temporal gets of an environment, a list of NAME=value: what every
// Temporal gets, and what one of the patterns lets through. The zone comes with it, so
// it is never empty; ForTemporal adds the mark.
func Lend(environ, patterns []string) fsm.Environment {
	var lent, withheld []string
	for _, entry := range environ {
		switch name, value, named := strings.Cut(entry, "="); {
		case !named || name == "" || isOwn(name):
		case always(name) || matches(patterns, name):
			lent = append(lent, entry)
		case value != "" && matches(shaping, name) && !matches(forClients, name):
			withheld = append(withheld, name)
		}
	}
	slices.Sort(lent)
	slices.Sort(withheld)
	withheld = append(withheld, presetWithheld(environ)...)
	return fsm.Environment{Lent: fsm.MakeTexts(append(lent, zone)), Withheld: fsm.MakeTexts(withheld)}
}

// ForTemporal returns the whole environment of a Temporal: what is lent, the mark of its
// home, which identifies it as ours even when the record is lost, and the patterns.
func ForTemporal(lent fsm.Environment, patterns fsm.Names, home string) []string {
	entries := append(lent.Lent.List(), proc.InstanceVariable+"="+home)
	if patterns != "" {
		entries = append(entries, passVariable+"="+string(patterns))
	}
	return entries
}

// ForSupervisor returns the environment of a supervisor that stays behind: environ without
// the switches of Go's runtime and libraries, which are meant for other programs of the
// shell. Without its garbage collector (GOGC=off), or with less memory than it needs, a
// supervisor would not last. What Temporal is lent of these variables is in the record.
func ForSupervisor(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains([]string{"GODEBUG", "GOGC", "GOMEMLIMIT"}, name)
	})
}

// OfProcess reads back what a running Temporal was lent, and the patterns, from the
// environment of its process. Both are zero where that may not be read. What was kept
// away cannot be read back.
func OfProcess(p fsm.Process) (fsm.Environment, fsm.Names) {
	environ := proc.Environment(p.PID)
	if len(environ) == 0 {
		return fsm.Environment{}, ""
	}
	var patterns fsm.Names
	for _, entry := range environ {
		if value, ok := strings.CutPrefix(entry, passVariable+"="); ok {
			patterns = fsm.Names(value)
		}
	}
	lent := Lend(environ, patterns.List())
	lent.Withheld = ""
	return lent, patterns
}

// CheckPattern returns why a pattern of names is refused, a sentence without its subject;
// empty if it is accepted.
func CheckPattern(pattern string) string {
	switch _, err := path.Match(pattern, ""); {
	case err != nil:
		return "is not a pattern: a [ or a \\ is not closed"
	case pattern == "" || strings.ContainsAny(pattern, "=, \t\n\x00"):
		return "is not the name of a variable, nor a pattern of names such as AWS_*"
	case !strings.ContainsAny(pattern, `*?[\`) && isOwn(pattern):
		return "is a variable that stigmer sets or keeps for itself; it is never passed on"
	}
	return ""
}
