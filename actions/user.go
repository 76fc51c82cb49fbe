package actions

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/stigmer/local/statefile"
)

// withUser adds what Temporal wants to know of its user where nothing says it: without
// USER and HOME, and without a line in /etc/passwd, it ends at its start (os/user.Current,
// lookup_stubs.go). So it is in a container whose user is a bare number.
func withUser(env []string, home statefile.Home) []string {
	for _, wanted := range []struct{ name, value string }{{"USER", strconv.Itoa(os.Getuid())}, {"HOME", string(home)}} {
		if !slices.ContainsFunc(env, func(entry string) bool { return isSet(entry, wanted.name) }) {
			env = append(env, wanted.name+"="+wanted.value)
		}
	}
	return env
}

// isSet reports whether an entry of an environment gives a variable a value.
func isSet(entry, name string) bool {
	value, ok := strings.CutPrefix(entry, name+"=")
	return ok && value != ""
}
