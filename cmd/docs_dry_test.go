package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDocsDryRuns: what pages say to type and no test runs, for the reasons in
// onlyChecked, is gone through as far as it goes without being done; and so is
// whatever make is told to do.
func TestDocsDryRuns(t *testing.T) {
	t.Parallel()
	bench, tried := filepath.Join(t.TempDir(), "bench"), map[string]bool{}
	if out, err := exec.Command("go", "build", "-o", bench, "./bench").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, p := range pages(t) {
		for _, s := range append(p.commands(), p.mentions()...) {
			words := strings.Fields(bare(s.text))
			if makes := len(words) > 1 && words[0] == "make"; listed(s.text) == "" && !makes || tried[s.text] {
				continue
			}
			tried[s.text] = true
			if err := dryRun(bench, words); err != nil {
				t.Errorf("%s:%d: %s: %v", p.path, s.line+1, s.text, err)
			}
		}
	}
	if len(tried) < 20 {
		t.Errorf("only %d lines were gone through", len(tried))
	}
}

// dryRun goes through a command line without doing what it does.
func dryRun(bench string, words []string) error {
	switch words[0] {
	case "make":
		return dryMake("..", words[1:]...)
	case ".ci/run":
		return quietly(exec.Command("sh", "-n", "../.ci/run"), "")
	case "build/bench": // flags before --help are parsed
		return quietly(exec.Command(bench, append(words[1:], "--help")...), "")
	case "temporal":
		if real := os.Getenv(realTemporalVariable); real != "" {
			return quietly(exec.Command(real, append(words[1:], "--help")...), "")
		}
	}
	return nil // a go test: what it names was looked up
}

// dryMake has make say what it would run, and sh read it.
func dryMake(folder string, args ...string) error {
	path, err := exec.LookPath("make")
	if err != nil {
		return nil
	}
	c := exec.Command(path, append([]string{"-n", "-C", folder, "--no-print-directory"}, args...)...)
	c.Env = slices.DeleteFunc(os.Environ(), func(entry string) bool { return strings.HasPrefix(entry, "MAKE") }) // make test's
	recipe, err := c.Output()
	if err != nil || len(recipe) == 0 {
		return fmt.Errorf("make -n: %w, with the recipe %q", err, recipe)
	}
	return quietly(exec.Command("sh", "-n"), string(recipe))
}

func quietly(c *exec.Cmd, input string) error {
	c.Stdin = strings.NewReader(input)
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%q: %w\n%s", c.Args, err, out)
	}
	return nil
}

// TestDocsDryRunsBite: what would not run is found.
func TestDocsDryRunsBite(t *testing.T) {
	dir := t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, "Makefile"), []byte("fine:\n\tif true; then exit 9; fi\nopen:\n\tif true; then exit\nlost: nowhere\n\techo\n"), 0o600))
	if err := dryMake(dir, "fine"); err != nil {
		t.Error(err)
	}
	if _, err := exec.LookPath("make"); err == nil {
		for _, target := range []string{"open", "lost"} {
			if dryMake(dir, target) == nil {
				t.Errorf("%s goes through", target)
			}
		}
	}
}
