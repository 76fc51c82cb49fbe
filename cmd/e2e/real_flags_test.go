package e2e_test

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd"
	"github.com/stigmer/local/cmd/internal/cli"
)

// helpFlag is a line of a help that begins with a flag: its letter, if it has one, and its name.
var helpFlag = regexp.MustCompile(`(?m)^ +(?:-(\w), )?--([a-z-]+)[ \n]`)

// start takes each flag of start-dev, by its name and its letter, --temporal-arg takes none of them, and each
// flag of the Temporal CLI itself has an error that says what to do in its place.
func TestRealFlags(t *testing.T) {
	for _, variable := range []string{realTemporalVariable, oldTemporalVariable} {
		bin := os.Getenv(variable)
		if bin == "" {
			t.Logf("%s names no Temporal", variable)
			continue
		}
		printed, err := exec.Command(bin, "server", "start-dev", "--help", "--env", "default", "--env-file", os.DevNull).Output()
		check(t, err)
		_, help, _ := strings.Cut(string(printed), "\nFlags:\n")
		own, global, found := strings.Cut(help, "\nGlobal Flags:\n")
		flags := helpFlag.FindAllStringSubmatch(own, -1)
		if !found || len(flags) < 17 {
			t.Fatalf("%s: the help has %d flags", bin, len(flags))
		}
		for _, f := range flags {
			checkOwnFlag(t, startOf(t), f[1], f[2])
		}
		for _, f := range helpFlag.FindAllStringSubmatch(global, -1) {
			checkGlobalFlag(t, startOf(t), f[2])
		}
	}
}

func startOf(t *testing.T) *cobra.Command {
	t.Helper()
	start, _, err := cmd.Root().Find([]string{"local", "start"})
	check(t, err)
	return start
}

func checkOwnFlag(t *testing.T, start *cobra.Command, letter, name string) {
	t.Helper()
	if f := start.Flags().Lookup(name); name != "help" && (f == nil || f.Shorthand != letter) {
		t.Errorf("start does not have --%s, -%s", name, letter)
	}
	for _, arg := range []string{"--" + name, "-" + letter} {
		if arg != "-" && start.Flags().Set("temporal-arg", arg) == nil {
			t.Errorf("--temporal-arg takes %s", arg)
		}
	}
}

func checkGlobalFlag(t *testing.T, start *cobra.Command, name string) {
	t.Helper()
	err := start.ParseFlags([]string{"--" + name + "=x"})
	if err == nil {
		t.Fatalf("start takes --%s, which is a flag of the Temporal CLI", name)
	}
	p, is := errors.AsType[*cli.Problem](start.FlagErrorFunc()(start, err))
	if !is || strings.Contains(p.Means, "not understood") || strings.Contains(p.Try, "--help") {
		t.Errorf("--%s: %s", name, p.Text())
	}
}
