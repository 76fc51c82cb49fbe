package cli

import (
	"slices"
	"strings"
)

// Lack is something that the system does not give, and what helps.
type Lack struct {
	// signs are the texts by which the kernel or Go's runtime reports it; one is enough.
	signs      []string
	Means, Try string
}

// lacks are recognised by their texts, since they are read from a log or the record, which
// keep no errno.
var lacks = []Lack{
	{
		[]string{"resource temporarily unavailable", "failed to create new OS thread"},
		"the system lets this user, or this container, have no more processes and threads",
		"end some of them, or raise the limit: ulimit -u, in a container its limit of pids",
	},
	{
		[]string{"cannot allocate memory", "out of memory", "failed to reserve"},
		"the system gives no more memory",
		"end what needs much of it, or raise the limit: ulimit -v",
	},
	{
		[]string{"too many open files"},
		"the system lets this process, or all of them, have no more open files",
		"raise the limit: ulimit -n, for all of them sysctl fs.file-max",
	},
	{
		[]string{"open /dev/null"},
		"what is started without a terminal needs /dev/null, which is not there or cannot be opened",
		"make it: mknod -m 666 /dev/null c 1 3",
	},
	{
		[]string{"operation not permitted", "function not implemented"},
		"the kernel refuses a call that a start needs: a sandbox, or a container's seccomp profile, does not allow it",
		"allow the call there, as the default profiles of container engines do, or run it outside of the sandbox",
	},
}

// LackIn returns the lack that a text reports, false for none.
func LackIn(text string) (Lack, bool) {
	i := slices.IndexFunc(lacks, func(l Lack) bool {
		return slices.ContainsFunc(l.signs, func(sign string) bool { return strings.Contains(text, sign) })
	})
	if i < 0 {
		return Lack{}, false
	}
	return lacks[i], true
}
