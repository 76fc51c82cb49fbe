package launch

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/stigmer/local/statefile"
)

// withUser adds USER and HOME to an environment that lacks them. Without them, and without a
// line in /etc/passwd, Temporal exits at its start (os/user.Current, lookup_stubs.go): in a
// container whose user is only a number.
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
