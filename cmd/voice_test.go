package cmd_test

import (
	"io"
	"testing"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd"
)

// TestMountedTree: a larger program's own hook runs before a command of ours, and
// flags of its own with letters and names like ours do no harm.
func TestMountedTree(t *testing.T) {
	hooked := 0
	program := &cobra.Command{Use: "program", PersistentPreRun: func(*cobra.Command, []string) { hooked++ }}
	program.PersistentFlags().CountP("verbose", "v", "the program's own")
	program.PersistentFlags().BoolP("question", "q", false, "the program's own")
	group := &cobra.Command{Use: "group"}
	program.AddCommand(group)
	group.AddCommand(cmd.Local())
	program.SetOut(io.Discard)
	program.SetArgs([]string{"group", "local", "version", "--verbose", "-q"})
	check(t, program.Execute())
	if hooked != 1 {
		t.Errorf("the program's hook ran %d times", hooked)
	}
	cobra.EnableTraverseRunHooks = true
	defer func() { cobra.EnableTraverseRunHooks = false }()
	check(t, program.Execute())
	if hooked != 2 {
		t.Errorf("with all hooks it ran %d times", hooked-1)
	}
}
