package launch

import (
	"os"
	"slices"
	"strconv"
	"testing"
)

func TestWithUser(t *testing.T) {
	uid := strconv.Itoa(os.Getuid())
	for _, tt := range []struct{ env, want []string }{
		{nil, []string{"HOME=/h", "USER=" + uid}},
		{[]string{"USER=", "HOME="}, []string{"HOME=", "HOME=/h", "USER=", "USER=" + uid}}, // the last one counts
		{[]string{"USER=ann", "HOME=/home/ann"}, []string{"HOME=/home/ann", "USER=ann"}},
		{[]string{"USERS=x", "HOME=/"}, []string{"HOME=/", "USER=" + uid, "USERS=x"}},
	} {
		have := withUser(tt.env, "/h")
		if slices.Sort(have); !slices.Equal(have, tt.want) {
			t.Errorf("%q: %q, not %q", tt.env, have, tt.want)
		}
	}
}
