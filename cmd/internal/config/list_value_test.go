package config

import (
	"slices"
	"testing"
)

// A variable with a list is JSON or has one a line; what is neither reaches the check of the value as it is.
func TestListed(t *testing.T) {
	for text, want := range map[string][]string{
		`["a,b", "two\nlines"]`: {"a,b", "two\nlines"}, " [\"a\"]\n": {"a"}, "[]": {}, "a\r\n\n b,c": {"a", " b,c"},
		`["a", 1]`: {`["a", 1]`}, "null": {"null"}, "[\"\xff\"]": {"[\"\xff\"]"}, `{"a":"b"}`: {`{"a":"b"}`},
	} {
		if have := listed(text); !slices.Equal(have, want) {
			t.Errorf("%q has %q, not %q", text, have, want)
		}
	}
}
