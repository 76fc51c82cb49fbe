package e2e_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stigmer/local/actions/database"
	"github.com/stigmer/local/cmd"
)

// completions is what a shell is offered after some words, without descriptions,
// and whether it offers files as well.
func completions(t *testing.T, words ...string) (offered []string, files bool) {
	t.Helper()
	var out bytes.Buffer
	root := cmd.Root()
	root.SetOut(&out)
	root.SetErr(io.Discard)
	root.SetArgs(append([]string{cobra.ShellCompRequestCmd}, words...))
	check(t, root.Execute())
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for _, line := range lines[:len(lines)-1] {
		word, _, _ := strings.Cut(line, "\t")
		offered = append(offered, word)
	}
	return offered, lines[len(lines)-1] != ":4" // cobra.ShellCompDirectiveNoFileComp
}

// visible is every command that help shows, with the words that lead to it.
func visible(c *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" {
			all = append(append(all, sub), visible(sub)...)
		}
	}
	return all
}

func wordsOf(c *cobra.Command) []string { return strings.Fields(c.CommandPath())[1:] }

// TestTextFlagsComplete: a flag whose value is a word offers values, or files;
// flags of numbers and times offer nothing, files least of all.
func TestTextFlagsComplete(t *testing.T) {
	home, user := t.TempDir(), t.TempDir()
	t.Setenv("STIGMER_HOME", home)
	t.Setenv("HOME", user)
	check(t, os.MkdirAll(filepath.Join(user, ".stigmer", "instances", "orders"), 0o700)) // for --name
	check(t, os.Mkdir(filepath.Join(home, "temporal-data"), 0o700))
	check(t, os.WriteFile(filepath.Join(home, "temporal-data", "temporal.db"+database.BackupKind+"x"), nil, 0o600)) // for --delete
	seen := 0
	for _, c := range visible(cmd.Root()) {
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		flags.AddFlagSet(c.LocalFlags())
		flags.AddFlagSet(c.InheritedFlags())
		flags.VisitAll(func(f *pflag.Flag) {
			kind := f.Value.Type()
			if kind == "bool" || f.Hidden {
				return
			}
			seen++
			offered, files := completions(t, append(wordsOf(c), "--"+f.Name, "")...)
			number := slices.Contains([]string{"int", "count", "duration"}, kind)
			switch {
			case number && (files || len(offered) > 0):
				t.Errorf("%s --%s is a number, and offers %q, files: %t", c.CommandPath(), f.Name, offered, files)
			case !number && !files && len(offered) == 0:
				t.Errorf("%s --%s offers nothing: it wants a line in flagValues (cmd/complete.go)", c.CommandPath(), f.Name)
			}
		})
	}
	if seen < 30 {
		t.Errorf("only %d flags were tried", seen)
	}
}

// TestArgumentsComplete: files are offered where a command takes one, and nowhere else.
func TestArgumentsComplete(t *testing.T) {
	for _, c := range visible(cmd.Root()) {
		if offered, files := completions(t, append(wordsOf(c), "")...); files != strings.Contains(c.Use, "FILE") {
			t.Errorf("%s offers %q, files: %t", c.CommandPath(), offered, files)
		}
	}
}
