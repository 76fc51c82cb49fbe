package e2e_test

import (
	"io"
	"os"
	"testing"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd"
	"github.com/stigmer/local/cmd/internal/cli"
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

// TestReportOfLostOutput: a program that mounts the tree and calls Report alone gets no wrong
// message of output that cannot be written, where a command finds that out.
func TestReportOfLostOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	program := &cobra.Command{Use: "program", SilenceErrors: true, SilenceUsage: true}
	program.AddCommand(cmd.Local())
	program.SetOut(full)
	program.SetArgs([]string{"local", "version", "-o", "json"})
	if status := cmd.Report(program.Execute()); status != cli.ExitFailed {
		t.Errorf("exit status %d", status)
	}
}
