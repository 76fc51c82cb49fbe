package profile

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"

	"github.com/stigmer/local/cmd/internal/human"
)

// TestDotenv: Docker Compose reads the values that were printed, whatever is in them, and what
// needs no quotes has none, since docker run --env-file would keep them.
func TestDotenv(t *testing.T) {
	for value, line := range map[string]string{
		"127.0.0.1:7233": "A=127.0.0.1:7233\n", "[::1]:7233": "A=[::1]:7233\n", "orders-2.eu": "A=orders-2.eu\n",
		"a$b": "A='a$b'\n", "${HOME}": "A='${HOME}'\n", `a"b`: "A='a\"b'\n", "a#b": "A='a#b'\n", "größe": "A='größe'\n", "a=b": "A='a=b'\n", "`id`": "A='`id`'\n",
	} {
		var out strings.Builder
		if err := printOutput(&out, "dotenv", []human.Variable{{Name: "A", Value: value}}); err != nil || out.String() != line {
			t.Errorf("%q: %q, %v", value, out.String(), err)
		}
		if read, err := dotenv.Parse(strings.NewReader(out.String())); err != nil || read["A"] != value {
			t.Errorf("%q is read as %q, %v", value, read["A"], err)
		}
	}
	for _, value := range []string{"it's", `a\b`} {
		var out strings.Builder
		if err := printOutput(&out, "dotenv", []human.Variable{{Name: "A", Value: "1"}, {Name: "B", Value: value}}); err == nil || out.Len() > 0 {
			t.Errorf("%q: %q", value, out.String())
		}
	}
}
