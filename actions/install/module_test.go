package install

import (
	"os"
	"strings"
	"testing"
)

// TestModule: go builds a known version by its pinned modules, and asks nothing before; for any
// other it first finds the commit of cliext.
func TestModule(t *testing.T) {
	const builds = `if [ "$1" = build ]; then cat go.mod > "$3"; exit; fi` + "\n"
	const finds = `case "$4" in
*/cli@*) echo '{"GoVersion": "1.27.1", "Time": "2026-12-01T02:03:04Z", "Origin": {"Hash": "0123456789abcdef0123456789abcdef01234567"}}' ;;
`
	const replaced = "\nreplace github.com/temporalio/cli/cliext => github.com/temporalio/cli/cliext "
	for name, c := range map[string]struct {
		goes string
		v    Version
		want string // the go.mod, or a part of the error
		kind Kind
	}{
		"known":         {builds + "exit 1", "v1.8.2", "module temporal.build\n\ngo 1.26.4\n\nrequire github.com/temporalio/cli v1.8.2\n" + replaced + "v0.0.0-20260731000218-c579925f193f\n", 0},
		"found":         {builds + finds + "*) echo {} ;; esac", "v1.10.0", "module temporal.build\n\ngo 1.27.1\n\nrequire github.com/temporalio/cli v1.10.0\n" + replaced + "v0.0.0-20261201020304-0123456789ab\n", 0},
		"no cliext":     {builds + finds + "*) echo gone; exit 1 ;; esac", "v1.10.0", "does not have its part github.com/temporalio/cli/cliext@v0.0.0-20261201020304-0123456789ab", Unresolved},
		"no commit":     {builds + `echo '{"GoVersion": "1.27"}'`, "v1.6.0-rc.1", "does not name its commit", Unresolved},
		"no such one":   {builds + "exit 1", "v1.9.1", "go does not find github.com/temporalio/cli@v1.9.1: exit status 1", Unbuilt},
		"no JSON":       {builds + "echo nonsense", "v1.9.1", "go does not find github.com/temporalio/cli@v1.9.1: invalid character", Unbuilt},
		"before cliext": {builds + `echo '{"GoVersion": "1.25.0"}'`, "v1.5.1", "module temporal.build\n\ngo 1.25.0\n\nrequire github.com/temporalio/cli v1.5.1\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			home := newHome(t)
			o := order(home, scriptedGo(t, c.goes))
			o.Version = c.v
			_, err := Install(t.Context(), o)
			if KindOf(err) != c.kind || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Fatal(err)
			}
			if err != nil {
				nothing(t, home)
			} else if text, _ := os.ReadFile(home.Program(string(c.v))); string(text) != c.want {
				t.Errorf("the go.mod is\n%s", text)
			}
		})
	}
}

// TestKnownVersionsHaveSums: without, go would ask its checksum database.
func TestKnownVersionsHaveSums(t *testing.T) {
	for _, v := range KnownVersions() {
		for _, line := range []string{cliModule + " " + string(v), cliextModule + " " + known[v].cliext} {
			for _, sum := range []string{line + " h1:", line + "/go.mod h1:"} {
				if !strings.Contains(string(knownSums), sum) {
					t.Errorf("no sum: %s", sum)
				}
			}
		}
	}
}
