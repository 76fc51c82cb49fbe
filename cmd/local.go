package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/actions/evidence"
	"github.com/stigmer/local/actions/initproc"
	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/lifecycle"
)

// Main runs stigmer on the process's arguments and returns its exit status.
func Main() int { return Run(Root()) }

// Run runs a command tree that Local is in on the process's arguments, prints on standard error
// what went wrong, and returns the exit status. Output that cannot be written is a failure then.
// A program with other ways calls Report, and handles its output itself.
//
// As process 1 of a container it runs the tree in a child process: see initproc.
func Run(root *cobra.Command) int {
	if status, ended := initproc.Run(evidence.MayHoldLock); ended {
		return status
	}
	out := cli.OutletOf(root)
	c, err := root.ExecuteC()
	lifecycle.PrintUnrun(c, os.Args[1:], err)
	return Report(out.Verdict(err))
}

// Root returns the whole command tree of stigmer: Local, the version, the completion
// scripts for shells, and help.
func Root() *cobra.Command {
	version, asked := versionCommand(), false
	root := &cobra.Command{
		Use: "stigmer", Short: "Run a local Temporal development server",
		Example: `  stigmer local start
  stigmer local state --explain
  stigmer help local`,
		SilenceErrors: true, SilenceUsage: true,
		Args: cli.NoArguments, RunE: func(c *cobra.Command, args []string) error {
			// Not cobra's own --version: its template brings text/template, which calls
			// methods by their names, and so every method of every type into the program.
			if asked {
				return version.RunE(c, args)
			}
			return c.Help()
		},
	}
	root.SetFlagErrorFunc(cli.UsageError)
	completeTree(version)
	root.AddCommand(Local(), version)
	addHelp(root, "stigmer help local start")
	root.Flags().BoolVar(&asked, "version", false, "print the version")
	cli.OutletOf(root) // before the commands that hold on to it
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" { // by itself it takes a shell that it does not know for a call of help
			c.Args, c.RunE = cli.NoArguments, cli.ShowHelp
			c.Example = `  eval "$(stigmer completion bash)"
  stigmer completion zsh --help`
			for _, shell := range c.Commands() {
				shell.Example = completionExamples[shell.Name()]
			}
		}
	}
	return root
}

// completionExamples load the completion into the shell at hand.
var completionExamples = map[string]string{
	"bash":       `  eval "$(stigmer completion bash)"`,
	"zsh":        `  source <(stigmer completion zsh)`,
	"fish":       `  stigmer completion fish | source`,
	"powershell": `  stigmer completion powershell | Out-String | Invoke-Expression`,
}

// Report prints what a command of Local returned, to standard error, and returns
// the exit status for it. A larger program that mounts Local calls it, by Run or by
// itself, or reads Problem.
func Report(err error) int {
	var status cli.Status
	var problem *cli.Problem
	var path *fs.PathError
	switch {
	case err == nil:
		return cli.ExitDone
	case errors.As(err, &status):
		return int(status)
	case errors.As(err, &problem):
	case errors.As(err, &path):
		problem = cli.Unwritten(err)
	default:
		problem = cli.UsageProblem(err) // cobra's own
	}
	fmt.Fprintln(os.Stderr, problem.Text())
	return problem.Exit
}

// Local returns the "local" command tree. Its commands return a *Problem or a
// Status as their error, or that of a write to their output; see Report.
func Local() *cobra.Command {
	local := &cobra.Command{
		Use:   "local",
		Short: "Start, stop and explain the local Temporal",
		Long: `Start, stop and explain the local Temporal.

It runs one Temporal development server and keeps it running through crashes, hangs
and kills. After start it serves, after stop no process of it is left; state --explain
shows what is running, why, and what each command would do next.

` + cli.ExitHelp + `
There are as many as you have homes. The home is --home DIR or --name NAME, which is
~/.stigmer/instances/NAME; else $STIGMER_HOME or $STIGMER_NAME; else ~/.stigmer. list shows
them all. In a path, ~ and ~/x mean your home folder, even if no shell expands them. Every
flag of start, and those for all commands, are also read from the environment, --ui-port is
STIGMER_UI_PORT, and but for those of the home from the file of --config, and from local.yaml
in the home: see config --help.`,
		Example: `  stigmer local start
  stigmer local state --explain
  stigmer local start --name orders --port 0
  stigmer local stop`,
		SilenceErrors: true, SilenceUsage: true,
		Args: cli.NoArguments, RunE: cli.ShowHelp,
	}
	local.SetFlagErrorFunc(cli.UsageError)
	config.HomeFlags(local.PersistentFlags())
	voices := config.VoiceFlags(local)
	local.AddCommand(startCommand(), stopCommand(), restartCommand(), stateCommand(), versionCommand(), superviseCommand(), runCommand(), caretakeCommand())
	local.AddCommand(openCommand(), envCommand(), resetCommand(), upgradeCommand(), backupCommand(), restoreCommand(), configCommand(voices), listCommand(), doctorCommand(), serviceCommand(voices), installCommand(), logsCommand())
	for _, c := range local.Commands() {
		c.SuggestFor = elsewhere[c.Name()]
	}
	completeTree(local)
	addHelp(local, "stigmer local help start")
	return local
}

// elsewhere is what our commands are called in other programs.
var elsewhere = map[string][]string{
	"start": {"up"},
	"stop":  {"down"},
	"state": {"status", "ps"},
	"logs":  {"log"},
	"reset": {"delete"},
}
