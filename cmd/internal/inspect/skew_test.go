package inspect

import (
	"slices"
	"testing"
)

func TestVersionsHaveAnOrder(t *testing.T) {
	ascending := []string{"v0.0.0-20260101000000-abcdefabcdef", "v1.2.0-rc.1", "v1.2.0-rc.1-7-g0123abc", "v1.2.0", "v1.2.0-1-gabcdef0",
		"1.2.0-12-g1111111", "v1.2.1-0.20260101000000-abcdefabcdef", "v1.2.1", "1.10.0", "v2.0.0"}
	for i, older := range ascending {
		for j, newer := range ascending {
			want := skewNone
			switch {
			case i < j:
				want = skewOlder
			case i > j:
				want = skewNewer
			}
			if have := skewOf(newer, older, never); have != want {
				t.Errorf("a supervisor of %s, seen by %s: %q, not %q", older, newer, have, want)
			}
		}
	}
}

func TestUnorderedVersions(t *testing.T) {
	for _, c := range []struct {
		own, theirs string
		aside, over Skew // side by side; built over the supervisor's program
	}{
		{"(devel)", "(devel)", skewNone, skewOlder},
		{"v1.2.0", "v1.2.0", skewNone, skewNone},
		{"1.2.0", "v1.2.0", skewUnknown, skewOlder},
		{"v1.2.0-dirty", "v1.2.0-dirty", skewNone, skewOlder},
		{"v1.2.0-dirty", "v1.2.0", skewUnknown, skewOlder},
		{"v1.2.0", "v1.2.0+dirty", skewUnknown, skewOlder},
		{"v1.2.0-dirty", "v1.1.0", skewOlder, skewOlder},
		{"v1.1.0", "v1.2.0-4-gabc-dirty", skewNewer, skewNewer},
		{"v1.2.0-4-gabc", "v1.2.0-4-gdef", skewUnknown, skewOlder},
		{"0123456", "(devel)", skewUnknown, skewOlder},
		{"0123456", "0123456", skewNone, skewNone},
		{"1234567", "v1.2.0", skewUnknown, skewOlder},
		{"v1.2.0", "", skewUnknown, skewOlder},
		{"v1.2", "v1.1.0", skewUnknown, skewOlder},
	} {
		if have := skewOf(c.own, c.theirs, never); have != c.aside {
			t.Errorf("%q sees %q: %q, not %q", c.own, c.theirs, have, c.aside)
		}
		if have := skewOf(c.own, c.theirs, func() bool { return true }); have != c.over {
			t.Errorf("%q built over %q: %q, not %q", c.own, c.theirs, have, c.over)
		}
	}
}

// Programs that lie side by side never replace each other in turn, however many take part: what
// is replaced is older by an order.
func TestNoRingOfReplacements(t *testing.T) {
	versions := []string{"", "(devel)", "0123456", "abcdef0-dirty", "v1.2.0", "1.2.0", "v1.2.0-dirty", "v1.2.0+dirty", "v1.2.0-rc.1",
		"v1.2.0-rc.1-1-gabc", "v1.2.0-1-gabc", "v1.2.0-1-gdef", "v1.2.0-1-gabc-dirty", "v1.2.1-0.20260101000000-abcdefabcdef", "v1.3.0", "v1.2"}
	replaces := func(own, theirs string) bool { return skewOf(own, theirs, never) == skewOlder }
	var visit func(path []string)
	visit = func(path []string) {
		for _, next := range versions {
			switch {
			case !replaces(path[len(path)-1], next):
			case slices.Contains(path, next):
				t.Errorf("a ring: %q, %q", path, next)
			default:
				visit(append(slices.Clone(path), next))
			}
		}
	}
	for _, v := range versions {
		visit([]string{v})
	}
}

func never() bool { return false }
