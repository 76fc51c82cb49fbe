package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stigmer/local/cmd/internal/cli"
	"github.com/stigmer/local/cmd/internal/config"
	"github.com/stigmer/local/cmd/internal/human"
)

func configCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check [FILE]", Short: "Print every fault of a settings file, each with its line",
		Long: `Read a settings file, and print each fault with its line. Without FILE it is those that
start would read: the one that ` + config.TeamVariable + ` names, and local.yaml in the home. Any
other file is read as start --config reads it. Flags and other variables do not count,
and nothing is started or made.

Exit status: 0 a start would take it, 2 it has faults, 4 it is not to be trusted.`,
		Example: `  stigmer local config check
  stigmer local config check stigmer.yaml`,
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: fileNames,
		RunE: runConfigCheck,
	}
}

func runConfigCheck(c *cobra.Command, args []string) error {
	paths, err := config.FilesInUse()
	if len(args) > 0 {
		var path string
		path, err = settingsFile(args)
		paths = []string{path}
	}
	if err != nil {
		return err
	}
	exit := cli.ExitDone
	for _, path := range paths {
		faults, err := config.FileFaults(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			fmt.Fprintf(cli.Success(c), "There is no %s: there is nothing to check.\n", path)
		case err != nil:
			return err
		case len(faults) == 0:
			fmt.Fprintf(cli.Success(c), "%s is understood.\n", path)
		}
		for _, fault := range faults {
			fmt.Fprintln(c.OutOrStdout(), fault.What)
			if exit != cli.ExitUsage {
				exit = fault.Exit
			}
		}
	}
	if exit != cli.ExitDone {
		return cli.Status(exit)
	}
	return nil
}

func configInitCommand() *cobra.Command {
	return &cobra.Command{
		Use: "init [FILE]", Short: "Write an example of a settings file, in which all is a comment",
		Long: `Write a settings file in which each setting is a comment, with what it does. Without FILE
it is local.yaml in the home. A file that is there is left as it is.`,
		Example: `  stigmer local config init
  stigmer local config init stigmer.yaml`,
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: fileNames,
		RunE: runConfigInit,
	}
}

func runConfigInit(c *cobra.Command, args []string) error {
	path, err := settingsFile(args)
	if err != nil {
		return err
	}
	mode, check := fs.FileMode(0o644), " "+human.ShellWord(path)
	if len(args) == 0 {
		if _, err := cli.OpenHome(); err != nil {
			return err
		}
		mode, check = 0o600, ""
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return &cli.Problem{What: path + " is there already", Means: "it was left as it is", Try: "another FILE, or look at it: stigmer local config check" + check, Exit: cli.ExitFailed}
	}
	if err == nil {
		_, err = file.WriteString(config.Example())
		if err = errors.Join(err, file.Close()); err != nil {
			os.Remove(path) // half an example; the file is ours
		}
	}
	if err != nil {
		p := cli.SystemProblem(err, "no settings were changed")
		p.Try = "another FILE: a folder that is there, and that you may write to"
		return p
	}
	fmt.Fprintf(cli.Success(c), "Wrote %s. Take the # from the settings that you want, then: stigmer local config check%s\n", path, check)
	return nil
}

// settingsFile is the absolute path of the file that the arguments name, local.yaml for none.
func settingsFile(args []string) (string, error) {
	if len(args) == 0 {
		return config.ConfigPath()
	}
	path, err := cli.ExpandPath(args[0])
	if err != nil {
		return "", cli.UsageProblem(err)
	}
	return filepath.Abs(path)
}
